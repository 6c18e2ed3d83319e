/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd.h"
#include "cli/draw.h"

#include <stdio.h>
#include <string.h>

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *arguments, *en, *zh, *more;
} commands[] = {
    { "verify", cmd_verify, "FILE… [--json] [--trust PEM|DIR] [--makers PEM|DIR] [--evidence FILE [--from-register] [--as-judged]] [--write-evidence FILE] [--pictures DIR] [--policy standard|strict] "
      "[--maker-alive] [--tolerance S] [--at TIME]", "Judge the stamps of OFD and PDF files.", "验证OFD、PDF文件上的印章。",
      "  --json          the report as JSON (one document a file)\n"
      "  --trust PATH    CA certificates and revocation lists: a PEM file or a folder; without it nothing is ever valid\n"
      "  --makers PATH   certificates of the licensed seal makers, or of CAs that issue to such makers only: a seal of anybody else is never valid\n"
      "  --evidence FILE what else is known, as JSON: certificates, lists, answers, time stamps, status, records (docs/protocol/evidence.md)\n"
      "  --from-register the evidence came from the stamp register itself: its records prove times\n"
      "  --as-judged     at the time and by the policy that the evidence was written with: the same report again\n"
      "  --pictures DIR          the pages that bear stamps as DIR/page-N.png, each stamp framed with the number of its signature\n"
      "  --write-evidence FILE   keep what this verification made use of, so that it can be repeated at any time\n"
      "  --policy NAME   standard (default): deviations from the letter that keep the binding are remarks; strict: they are refused\n"
      "  --maker-alive   GB/T 38540-2020 to the letter: a maker's certificate that ended since the making ends the seal;\n"
      "                  default is the rule of GM/T 0031-2025: it must have been good when the seal was made\n"
      "  --tolerance S   seconds by which two clocks may differ, 0 to 86400, default 300\n"
      "  --at TIME       judge at this time (2026-01-31T09:00:00Z) instead of now\n"
      "  exit: 0 valid, 1 invalid, 2 indeterminate, 3 no signature, 64 usage, 65 unreadable; of several files the worst\n" },
    { "stamp", cmd_stamp, "IN OUT --seal S.esl --key K.pem --cert C.pem [--page PAGES] --at X,Y | --seam EDGE | --keyword WORD … [--lock]",
      "Stamp a file with seals and their keys.", "用印章及其密钥加盖文件：单页、多页、骑缝、关键字定位。",
      "  --page PAGES    1-3,5,last · all · odd · even · -2 (the last but one); said of the places that follow\n"
      "  --at X,Y[,CORNER]   mm from the page's corner inwards: top-left (default), top-right, bottom-left, bottom-right, centre;\n"
      "                  --x MM --y MM is the same from the top left. Needs --page\n"
      "  --seam EDGE[,at=MM][,margin=MM][,group=PAGES][,min=MM]   骑缝章 at the right, left, top or bottom of all pages, or those of --page:\n"
      "                  in the edge's middle, or at= from its begin; groups of at most 20 pages, strips of at least 1 mm\n"
      "  --keyword WORD[,WHICH][,SIDE][,dx=MM][,dy=MM][,fit][,blanks]   by a word on all pages, or those of --page. WHICH: all, last,\n"
      "                  a number, -2 … (needed when it stands more than once); SIDE: on (default), right, left, below, above;\n"
      "                  fit: moved back onto the page; blanks: blanks count. \\, is a comma in the word\n"
      "  --width --height    one of them; the other follows. Default: the seal's own size\n"
      "  --lock          the document takes no further stamp\n"
      "  --trust PATH    also check the certificates' chains and revocation\n"
      "  --tsa URL       a time stamp authority (RFC 3161 over HTTP): the stamps carry its time stamps\n"
      "  --pictures DIR          the pages that bear stamps as DIR/page-N.png, each stamp framed with the number of its signature\n"
      "  --write-evidence FILE   keep what proves the stamps today (with --trust), for `jinyin verify --evidence` at any time\n"
      "  Several places of one seal are one signature. A second --seal (with its --key, --cert and places) is a second stamp on top of the\n"
      "  first; OUT is written when all have succeeded, or not at all.\n" },
    { "stamp-prepare", cmd_stamp_prepare, "IN PREPARED --seal S.esl --request ASK.json [--page PAGES] --at X,Y | --seam EDGE | --keyword WORD … [--lock]",
      "Prepare a file that stays here: only its digests go to the service.", "文件不外传：在本地预处理，仅将摘要交给印章服务。",
      "  --seal FILE     the seal as the service shows it (GET /api/v1/seals/{id}, member seal)\n"
      "  --request FILE  what the service is asked, as JSON: add seal_id, category and purpose, and send it to POST /api/v1/digest-orders\n"
      "  Places are said as in `jinyin stamp`. PREPARED is kept as it is until the answer comes; another stamp in between needs another preparation.\n" },
    { "stamp-finish", cmd_stamp_finish, "PREPARED ANSWER.json OUT", "Put the service's value into the prepared file.", "将印章服务返回的签章值写入预处理文件。",
      "  ANSWER.json     the answer to the stamping, or of GET /api/v1/orders/{id} afterwards\n"
      "  A value that is not for this very file is refused.\n" },
    { "archive", cmd_archive, "IN OUT --tsa URL … | verify PACKAGE …", "Put evidence into a signed PDF, or judge an archive package.",
      "将验证证据和文档时间戳加入已签章的PDF，或验证归档包。",
      "  --tsa URL       the time stamp authority (RFC 3161 over HTTP)\n"
      "  --trust PEM|DIR certificates, revocation lists and OCSP answers that the document shall carry (DSS)\n"
      "  Nothing that stands in IN is changed; where a stamp forbids any further change, evidence and time stamps are still permitted.\n"
      "  archive verify PACKAGE [--service-key BASE64] [--trust PEM|DIR] [--at TIME] [--json]\n"
      "                  the verdict from an archive package alone (docs/protocol/archive.md), now or at TIME, also when all certificates have ended\n"
      "  --service-key   the key of the service that packed it (GET /api/v1/statement-keys, \"archive\"): its register proves the times\n"
      "  --trust         judge by these anchors instead of those in the package\n"
      "  exit: as of verify; 1 also when a byte was changed, 2 when something is missing or nobody named vouches for the package\n" },
    { "sign", cmd_sign, "IN OUT --key K.pem --cert C.pem [--lock] [--trust PEM|DIR] [--tsa URL]", "Sign a file without a seal (GB/T 35275).", "不加盖印章，仅作数字签名（GB/T 35275）。",
      "  --lock          the document takes no further stamp or signature\n"
      "  --trust PATH    also check the certificate's chain and revocation\n"
      "  --tsa URL       a time stamp authority (RFC 3161 over HTTP): the signature carries its time stamp\n" },
    { "inspect", cmd_inspect, "FILE… [--json]", "Show what stands in OFD and PDF files: parts, signatures, coverage, revisions.",
      "查看OFD、PDF文件的组成、签名、保护范围和修订。",
      "  --json          as JSON (docs/protocol/inspect.md)\n"
      "  nothing is judged here: `jinyin verify` does\n"
      "  exit: 0 shown, 64 usage, 65 a file is unreadable\n" },
    { "seal", cmd_seal, "make OUT … | show FILE [--json] [--picture OUT]", "Make a seal, or show one.", "制作或查看印章。",
      "  seal make OUT --maker-key K.pem --maker-cert C.pem --signer-cert C.pem --picture FILE --name NAME --id CODE\n"
      "                --width MM --height MM [--type N] [--version 4|5 [--tsa URL]] [--list-digest]\n"
      "                  its validity is the signer certificate's (R13.3); version 4 is GB/T 38540-2020 (default), 5 GM/T 0031-2025,\n"
      "                  which takes a time stamp over the maker's signature from --tsa;\n"
      "                  --list-digest lists the certificate's SM3 instead of the certificate\n"
      "  seal show FILE [--json] [--picture OUT]\n"
      "                  a seal (.esl) or a signature value (.dat): every field; the picture into OUT\n"
      "  exit: 0 shown and its signatures fit, 1 shown but one does not fit, 64 usage, 65 unreadable, 73 OUT cannot be written\n" },
    { "export", cmd_export, "FILE -o OUT.pdf|OUT.png [--page N] [--code CODE] [--link URL]", "Make a copy that says it is one.", "制作标明“复印件”的副本。",
      "  every page carries 复印件 · COPY, the original's SM3 and a QR code; verifying the copy answers \"a copy\", never valid (R17.1)\n"
      "  --page N        this page only (a PNG has one: 1 without it)\n"
      "  --code CODE     a verification code to print\n"
      "  --link URL      what the QR code leads to (default: the original's SM3)\n"
      "  exit: 0 made, 64 usage, 65 unreadable, 73 OUT cannot be written\n" },
    { "render", cmd_render, "FILE -o DIR|PAGE.png [--page PAGES] [--ppm N | --dpi N]", "Draw pages as pictures.", "将页面绘制为图像。",
      "  -o DIR          every page as DIR/page-001.png …; a name in .png: one page\n"
      "  --page PAGES    1-3,5,last · all (default for a folder) · 1 (default for one picture)\n"
      "  --ppm N         pixels a millimetre, 0.4 to 47; or --dpi N: dots per inch, 10 to 1200 (default 150)\n"
      "  A page that cannot be drawn is told and does not stop the others.\n"
      "  exit: 0 all drawn, 64 usage, 65 something was not, 73 OUT cannot be written\n"
      "  What is not drawn as the document asks (fonts that it does not bring, broken pictures) is listed. No verdict is given on stamps.\n" },
    { "text", cmd_text, "FILE [--page PAGES] [--json]", "Print the text of pages, with --json where each run of it stands.", "输出页面文字及其位置。",
      "  --page PAGES    1-3,5,last · all (default)\n"
      "  --json          [{\"page\", \"width_mm\", \"height_mm\", \"runs\": [{\"text\", \"x_mm\", \"y_mm\", \"width_mm\", \"height_mm\"}]}]\n"
      "  exit: 0 shown, 64 usage, 65 unreadable, or a page is\n" },
    { "tour", cmd_tour, "[--all [--kind CODE …]] [--dir DIR] [--credentials FILE] [FILE…]", "A seal's whole life, on real files, against a running ./dev run.",
      "在真实文件上演示一枚印章的一生。",
      "  --all           every kind of seal through every kind of application, the outside systems failing in between, `jinyin fsck` at the end\n"
      "  --kind CODE     only this kind (core/kinds.c), e.g. statutory; may stand several times\n"
      "  --dir DIR       where stamped files, reports and pictures are kept, default var/tour\n"
      "  --credentials   what the demonstration wrote, default var/demo/credentials.json\n"
      "  exit: 0 everything was answered as it should be, 1 something was not, 64 usage, 69 the service does not answer\n" },

    { "migrate", cmd_care, "--config FILE [--owner PLACE --role NAME]", "Bring the service's database to this version's schema.",
      "将服务的数据库升级到本版本的结构。",
      "  SQLite migrates by itself at the start of the service. PostgreSQL (docs/operation/postgresql.md):\n"
      "  --owner PLACE   postgresql:host=/run/postgresql dbname=jinyin user=jinyin_owner\n"
      "  --role NAME     the role that serves: it gets the rights of the statements and no others\n" },
    { "backup", cmd_care, "DIR --config FILE [--owner PLACE]", "Copy a running service's data into a new folder.", "在服务运行时备份其数据。",
      "  DIR             new or empty; whole when DIR/MANIFEST is there (the digest of every file)\n"
      "  The unlock secret (key_unlock_file) is not in it: keep it elsewhere. Without it no key and no personal data of the backup opens.\n" },
    { "restore", cmd_care, "DIR --config FILE [--owner PLACE --role NAME]", "Put a backup back into an empty place.", "将备份恢复到空的位置。",
      "  The service is stopped, web_dir and key_dir are empty, the unlock secret is in its place. A damaged backup is refused.\n"
      "  Orders that were open then are abandoned, since they may have been stamped after it; `jinyin fsck` runs at the end.\n" },
    { "fsck", cmd_care, "--config FILE [--owner PLACE]", "Compare database, documents, key journal and audit record.", "核对数据库、文件、密钥日志和审计记录。",
      "  The service may run. exit: 0 nothing is wrong, 1 something is, 65 it could not be looked at\n" },
};

static const struct command *
find(const char *name)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

void
print_usage(const char *name)
{
    const struct command *c = find(name);

    if (c != NULL)
        printf("jinyin %s %s\n%s %s\n%s", c->name, c->arguments, c->en, c->zh, c->more);
}

static void
help(FILE *out)
{
    fprintf(out, "jinyin %s: electronic seals, 津印电子印章\n\n", JY_VERSION);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        fprintf(out, "  jinyin %-13s %s\n                       %s\n", commands[i].name, commands[i].en, commands[i].zh);
    fprintf(out, "\n  jinyin help COMMAND    how to use it\n  jinyin --version\n");
}

int
main(int argc, char **argv)
{
    const struct command *c;

    if (argc < 2) {
        help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("jinyin %s\n", JY_VERSION);
        return 0;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
        if (argc > 2 && find(argv[2]) != NULL)
            print_usage(argv[2]);
        else
            help(stdout);
        return 0;
    }
    if ((c = find(argv[1])) == NULL) {
        fprintf(stderr, "jinyin: no command \"%s\"; `jinyin help` lists them\n", argv[1]);
        return EXIT_USAGE;
    }
    if (argc > 2 && strcmp(argv[2], "--help") == 0) {
        print_usage(c->name);
        return 0;
    }
    jy_picture_use_drawer(draw_vector_seal, NULL);
    return c->run(argc - 1, argv + 1);
}
