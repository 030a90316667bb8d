#!/bin/sh
# token.sh ADDRESS NIP PASSWORD: prints an access token of an account without a one-time code
set -eu
URL=$1; NIP=$2; PASSWORD=$3; CALLBACK=http://127.0.0.1/callback
JAR=$(mktemp); trap 'rm -f "$JAR"' EXIT
VERIFIER=$(openssl rand -hex 32)
CHALLENGE=$(printf %s "$VERIFIER" | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d '=')
field() { sed -n "s/.*name=\"$1\" value=\"\([^\"]*\)\".*/\1/p" | sed 's/&amp;/\&/g'; }

PAGE=$(curl -s -L -c "$JAR" -b "$JAR" -G "$URL/oauth/authorize" \
  -d response_type=code -d client_id=simpul-cli --data-urlencode "redirect_uri=$CALLBACK" \
  --data-urlencode "scope=openid identity proposal documents notification" \
  -d state=s -d "nonce=$VERIFIER" -d "code_challenge=$CHALLENGE" -d code_challenge_method=S256)
NEXT=$(curl -s -o /dev/null -w '%{redirect_url}' -c "$JAR" -b "$JAR" "$URL/masuk" \
  --data-urlencode "csrf_token=$(echo "$PAGE" | field csrf_token)" \
  --data-urlencode "next=$(echo "$PAGE" | field next)" \
  --data-urlencode "nip=$NIP" --data-urlencode "password=$PASSWORD")
CODE=$(curl -s -o /dev/null -w '%{redirect_url}' -c "$JAR" -b "$JAR" "$NEXT" | sed -n 's/.*[?&]code=\([^&]*\).*/\1/p')
curl -s "$URL/oauth/token" -d grant_type=authorization_code -d client_id=simpul-cli \
  --data-urlencode "redirect_uri=$CALLBACK" -d "code=$CODE" -d "code_verifier=$VERIFIER" |
  sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p'
