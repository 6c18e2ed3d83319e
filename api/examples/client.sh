#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An application that uses the API with curl and openssl (docs/protocol/api-signature.md): verifies a document, brings it, asks for a stamp,
# and checks that every answer is the service's own.
#   client.sh BASE CLIENT_ID SECRET FILE SEAL_ID [JINYIN]
# With JINYIN, the tool, the file stays here: only its digests are sent (docs/protocol/digest-only.md).
set -euo pipefail
base=$1 client=$2 secret=$3 file=$4 seal=$5 tool=${6:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sm3() { openssl dgst -sm3 -r "$1" | cut -d' ' -f1; }
hmac() { openssl mac -digest SM3 -macopt "hexkey:$secret" -in "$1" -binary HMAC | base64 -w0; }

# ask METHOD PATH BODY_FILE → the answer in $work/answer
ask() {
    local method=$1 path=$2 body=$3 time nonce key digest status
    time=$(date -u +%Y-%m-%dT%H:%M:%SZ) nonce=$(openssl rand -hex 16) key=$(openssl rand -hex 16) digest=$(sm3 "$body")
    printf 'jinyin-request-1\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n' "$method" "$path" "" "$time" "$nonce" "$key" "$digest" >"$work/text"
    status=$(curl -sS -o "$work/answer" -D "$work/head" -w '%{http_code}' -X "$method" --data-binary "@$body" -H "Content-Type: ${4:-application/octet-stream}" \
        -H "Jinyin-Client: $client" -H "Jinyin-Time: $time" -H "Jinyin-Nonce: $nonce" -H "Jinyin-Digest: $digest" -H "Idempotency-Key: $key" \
        -H "Jinyin-Signature: $(hmac "$work/text")" "$base$path")
    printf 'jinyin-answer-1\n%s\n%s\n%s\n%s\n' "$status" "$nonce" "$(header Jinyin-Time)" "$(sm3 "$work/answer")" >"$work/text"
    [ "$(hmac "$work/text")" = "$(header Jinyin-Signature)" ] || { echo "the answer was not signed by the service" >&2; exit 1; }
    case $status in 2*) ;; *) cat "$work/answer" >&2; exit 1 ;; esac
}
header() { tr -d '\r' <"$work/head" | sed -n "s/^$1: //Ip"; }
member() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/answer" "$1"; }

if [ -n "$tool" ]; then
    : >"$work/empty"
    ask GET "/api/v1/seals/$seal" "$work/empty"
    member seal | base64 -d >"$work/seal.esl"
    "$tool" stamp-prepare "$file" "$work/prepared" --seal "$work/seal.esl" --request "$work/request" --page 1 --at 100,180
    python3 -c 'import json, sys; print(json.dumps({"seal_id": sys.argv[2], "category": "agreement", "purpose": "by its digest", **json.load(open(sys.argv[1]))}))' \
        "$work/request" "$seal" >"$work/order"
    ask POST /api/v1/digest-orders "$work/order" application/json
    echo "order: $(member order_id) $(member state)"      # stamped: "$tool" stamp-finish "$work/prepared" ANSWER OUT
    exit 0
fi
ask POST /api/v1/verify "$file"
echo "verdict: $(member verdict)"
ask POST /api/v1/documents "$file"
printf '{"seal_id":"%s","document_id":"%s","places":[{"pages":"1","x_mm":100,"y_mm":180}],"category":"agreement","purpose":"by an application"}' \
    "$seal" "$(member document_id)" >"$work/order"
ask POST /api/v1/orders "$work/order" application/json
echo "order: $(member order_id) $(member state)"
