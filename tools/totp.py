# SPDX-License-Identifier: Apache-2.0
"""One-time codes as a person's phone makes them (RFC 6238), for the demonstration and the tests. A step counts once, so an
Authenticator never gives the same one twice; when the next would be too far ahead it waits."""
import base64
import hashlib
import hmac
import threading
import time


def code(secret, step):
    padded = secret + "=" * (-len(secret) % 8)
    mac = hmac.new(base64.b32decode(padded), step.to_bytes(8, "big"), hashlib.sha1).digest()
    at = mac[19] & 15
    return f"{(int.from_bytes(mac[at:at + 4], 'big') & 0x7FFFFFFF) % 1000000:06d}"


class Authenticator:
    def __init__(self, secret, used=0):
        self.secret, self.used, self.lock = secret, used, threading.Lock()

    def __call__(self):
        with self.lock:
            now = time.time()
            # The step before counts for another moment only: not close to its end.
            step = max(self.used + 1, int(now) // 30 - (now % 30 < 20))
            while step > time.time() // 30 + 1:
                time.sleep(0.2)
            self.used = step
            return code(self.secret, step)
