#!/bin/sh
# token.sh ADDRESS NIP PASSWORD [CODE]: signs in and prints an access token.
# CODE is the six digits of the authenticator, for accounts that have one.
set -eu
URL=$1 NIP=$2 PASSWORD=$3 TOTP=${4-} CALLBACK=http://127.0.0.1/callback
JAR=$(mktemp)
trap 'rm -f "$JAR"' EXIT
VERIFIER=$(openssl rand -hex 32)
CHALLENGE=$(printf %s "$VERIFIER" | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d '=')

field() { sed -n "s/.*name=\"$1\" value=\"\([^\"]*\)\".*/\1/p" | sed 's/&amp;/\&/g'; }
visit() { curl -s -c "$JAR" -b "$JAR" "$@"; }
# submit PAGE ADDRESS FIELDS…: sends the page's form and prints where it leads
submit() {
  page=$1 address=$2
  shift 2
  visit -o /dev/null -w '%{redirect_url}' "$address" \
    --data-urlencode "csrf_token=$(echo "$page" | field csrf_token)" \
    --data-urlencode "next=$(echo "$page" | field next)" "$@"
}

PAGE=$(visit -L -G "$URL/oauth/authorize" \
  -d response_type=code -d client_id=simpul-cli --data-urlencode "redirect_uri=$CALLBACK" \
  --data-urlencode "scope=openid identity proposal documents notification" \
  -d state=s -d "nonce=$VERIFIER" -d "code_challenge=$CHALLENGE" -d code_challenge_method=S256)
NEXT=$(submit "$PAGE" "$URL/masuk" --data-urlencode "nip=$NIP" --data-urlencode "password=$PASSWORD")
case $NEXT in
*/masuk*) NEXT=$(submit "$(visit "$NEXT")" "$NEXT" -d "totp=$TOTP") ;;
esac
CODE=$(visit -o /dev/null -w '%{redirect_url}' "$NEXT" | sed -n 's/.*[?&]code=\([^&]*\).*/\1/p')
[ -n "$CODE" ] || { echo "token.sh: sign-in was refused" >&2; exit 1; }
visit "$URL/oauth/token" -d grant_type=authorization_code -d client_id=simpul-cli \
  --data-urlencode "redirect_uri=$CALLBACK" -d "code=$CODE" -d "code_verifier=$VERIFIER" |
  sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p'
