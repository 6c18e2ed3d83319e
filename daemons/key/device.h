/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device.h: a certified cryptographic device (R12.1) behind GM/T 0018: private keys that never leave it, in slots with an access password each.
 * What the device knows of PINs, tries and flows is nothing: those stay in this room. The one interface above it is struct jy_sm2.
 */
#ifndef JY_DEVICE_H
#define JY_DEVICE_H

#include <jinyin/crypto.h>

#define JY_DEVICE_SLOTS 64                 /* rows of the access file */
#define JY_DEVICE_PASSWORD_SIZE 65
#define JY_DEVICE_SECRET_SIZE 70           /* what is wrapped under a PIN in the place of a private key */

/** A row of the access file: which key of the device may be used for what. */
struct jy_device_access {
    char use[40];                          /* "maker", or "statement-" and the purpose */
    uint32_t slot;                         /* from 1 */
    char password[JY_DEVICE_PASSWORD_SIZE];
};
struct jy_device;

/**
 * Loads the library, opens the device and a session, reads the access file (mode 0600; rows "USE SLOT PASSWORD") and asks for every slot's public key.
 * Comes before the sandbox. Errors: JY_E_ARGUMENT the library lacks a function, a row is none, or names keys that a device cannot hold here;
 * JY_E_DEVICE_DOWN, JY_E_DEVICE_REFUSED; JY_E_IO.
 */
JY_CHECK jy_err jy_device_open(const char *library, const char *access_file, struct jy_device **out, struct jy_fault *fault);
void jy_device_close(struct jy_device *device);
/** Manufacturer, name and serial, for people. */
const char *jy_device_name(const struct jy_device *device);
/** What the device said last, for the log and the asker: function, code, its name. */
const char *jy_device_trouble(const struct jy_device *device);
/** The n-th row for this use, or NULL. device may be NULL. */
const struct jy_device_access *jy_device_access(const struct jy_device *device, const char *use, size_t n);
/** The public key in a slot. Errors: JY_E_DEVICE_DOWN, JY_E_DEVICE_REFUSED there is none. */
JY_CHECK jy_err jy_device_point(struct jy_device *device, uint32_t slot, uint8_t point[JY_SM2_POINT_SIZE]);
/** The key in a slot: each signature unlocks it, signs and locks it again. The device must outlive it. */
JY_CHECK jy_err jy_device_key(struct jy_device *device, const struct jy_device_access *access, const uint8_t point[JY_SM2_POINT_SIZE], struct jy_sm2 **out);
/** The same from what jy_device_secret gave. Errors: JY_E_INTERNAL it is no such secret. */
JY_CHECK jy_err jy_device_key_of_secret(struct jy_device *device, struct jy_slice secret, const uint8_t point[JY_SM2_POINT_SIZE], struct jy_sm2 **out);
/** Slot and password of such a key, to be wrapped under a PIN; the caller wipes. false: it is no key of a device. */
bool jy_device_secret(const struct jy_sm2 *key, uint8_t out[JY_DEVICE_SECRET_SIZE]);

#endif
