#!/usr/bin/env bash
# A member's whole life, from the first token to the last trace, asked with curl of what `make run` runs.
#
#   make run                    in one terminal, then in another:
#   bash docs/member-life.sh
#
# Prints each step with the status it was answered with; at the first surprise it shows the answer and ends with 1.
set -euo pipefail
cd "$(dirname "$0")/.."

python=.venv/bin/python
folder=${CAFEROAM_LOCAL_DIR:-.local}
[ -e "$folder/run.json" ] || { echo "Nothing runs in $folder: start it with \`make run\`." >&2 && exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
answer=$work/answer.json

# value FILE PATH: what stands in a JSON file at a path such as results.0.id, or a number of things as in results.#
value() {
    "$python" - "$1" "$2" <<'PYTHON'
import json, sys
found = json.load(open(sys.argv[1], encoding="utf-8"))
for name in sys.argv[2].split("."):
    found = len(found) if name == "#" else found[int(name) if isinstance(found, list) else name]
print(found if isinstance(found, str) else json.dumps(found, ensure_ascii=False))
PYTHON
}
got() { value "$answer" "$1"; }

api=$(value "$folder/run.json" api)
supabase=$(value "$folder/run.json" supabase)
publishable_key=$(value "$folder/run.json" supabase_publishable_key)
number=0

say() { if [ -t 1 ]; then printf '\n\033[1m%s\033[0m\n' "$1"; else printf '\n%s\n' "$1"; fi; }
surprise() {
    printf '\n  SURPRISE: %s\n' "$1"
    head -c 2000 "$answer" && echo
    exit 1
}

# expect STATUS WHAT curl-arguments…: one request, and what it must be answered with
expect() {
    local wanted=$1 what=$2 status
    shift 2
    number=$((number + 1))
    : >"$answer"
    status=$(curl --silent --show-error --max-time 30 --output "$answer" --write-out '%{http_code}' "$@") ||
        surprise "$what: curl could not ask"
    printf '  %2d  %s  %s\n' "$number" "$status" "$what"
    [ "$status" = "$wanted" ] || surprise "$what: $wanted was to be expected, not $status"
}
# ask STATUS WHAT METHOD PATH [BODY] [curl-arguments…]: the same of the API, as the member. Ids are shown cut short.
ask() {
    local wanted=$1 what=$2 method=$3 path=$4 body=${5-} short
    shift $(($# < 5 ? $# : 5))
    short=$(printf '%s' "$path" | sed -E 's/([0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}/\1../g')
    expect "$wanted" "$(printf '%-6s  %-33s  %s' "$method" "$short" "$what")" \
        --request "$method" "$api$path" --header "Authorization: Bearer $token" \
        ${body:+--header 'Content-Type: application/json' --data "$body"} "$@"
}
# is PATH VALUE: what the last answer must say
is() {
    local found
    found=$(got "$1") || surprise "the answer has no $1"
    [ "$found" = "$2" ] || surprise "$1 is $found, and not $2"
}
# wait_for PATH VALUE URL-PATH: ask until a worker has made it so
wait_for() {
    for _ in $(seq 120); do
        curl --silent --output "$answer" "$api$3" --header "Authorization: Bearer $token"
        [ "$(got "$1" 2>/dev/null)" != "$2" ] || { printf '           … %s is %s\n' "$1" "$2" && return; }
        sleep 0.5
    done
    surprise "$1 was not $2 after a minute"
}
# upload PURPOSE: ask for a place, put the photo there; the upload's id is in $upload
upload() {
    ask 201 "a place for a photo ($1)" POST /uploads \
        "{\"purpose\": \"$1\", \"content_type\": \"image/jpeg\", \"bytes\": $(wc -c <"$work/photo.jpg" | tr -d ' ')}"
    upload=$(got id)
    put_url=$(got upload_url)
    expect 200 "PUT     the file, to the signed URL" --request PUT "$put_url" --header 'Content-Type: image/jpeg' \
        --data-binary "@$work/photo.jpg"
}

say 'Somebody signs up with Supabase'
email="walk-$(date +%s)-$$@example.com"
token=$("$python" manage.py dev_token --newcomer "$email")
echo "      $email has a token"
ask 403 'they have agreed to nothing yet' GET /profile
is code consent_required
expect 200 'GET     /auth/consent                      what members agree to' "$api/auth/consent"
version=$(got version)

say 'They join'
ask 400 'not to a text that nobody showed them' POST /auth/callback '{"consent_version": "none", "locale": "zh-TW"}'
join="{\"consent_version\": \"$version\", \"locale\": \"zh-TW\", \"email_opt_in\": true}"
ask 201 'a profile, and what they agreed to' POST /auth/callback "$join"
member=$(got id)
ask 200 'again: nothing changes' POST /auth/callback "$join"
ask 200 'a name to be called by' PATCH /profile '{"display_name": "阿啡"}'
is display_name 阿啡
ask 400 'nobody makes themselves an admin' PATCH /profile '{"display_name": "阿啡", "roles": ["admin"]}'

say 'They check in at a café'
"$python" - "$work/photo.jpg" <<'PYTHON'
import sys
from PIL import Image

photo = Image.radial_gradient("L").convert("RGB").resize((640, 480))
told = photo.getexif()
told[0x010F] = "Camera"
told.get_ifd(0x8825)[1] = "N"  # where it was taken
told.get_ifd(0x8825)[2] = (25.0, 2.0, 1.0)
photo.save(sys.argv[1], "JPEG", exif=told)
PYTHON
expect 200 'GET     /shops                             cafés to go to' "$api/shops?limit=4"
cafe=$(got results.0.id) second=$(got results.1.id) third=$(got results.2.id)
echo "          at $(got results.0.name)"
upload checkin_photo
photo=$upload
expect 400 'PUT     once more: the URL was good for one file' --request PUT "$put_url" \
    --header 'Content-Type: image/jpeg' --data-binary "@$work/photo.jpg"
check_in="{\"shop_id\": \"$cafe\", \"upload_ids\": [\"$photo\"], \"note\": \"靠窗的位子\"}"
key="walk-$$-$(date +%s)"
ask 201 'with an Idempotency-Key' POST /checkins "$check_in" --header "Idempotency-Key: $key"
checked_in=$(got id)
ask 201 'the same again: the first answer' POST /checkins "$check_in" --header "Idempotency-Key: $key"
is id "$checked_in"
ask 422 'the same key, something else' POST /checkins "${check_in/靠窗/門口}" --header "Idempotency-Key: $key"
ask 400 'a photo that is used already' POST /checkins "$check_in"
is code upload_refused
wait_for photos.0.status ready "/checkins/$checked_in"
photo_url=$(got photos.0.url)
expect 200 'GET     the photo, made anew by a worker' "$photo_url"
"$python" - "$answer" <<'PYTHON'
import sys
from PIL import Image

photo = Image.open(sys.argv[1])
assert photo.size == (640, 480) and not dict(photo.getexif()), "it still tells where it was taken"
print("          640 × 480 pixels, and nothing about where it was taken")
PYTHON

say 'It has earned them a stamp'
ask 200 'one check-in' GET '/checkins?limit=5'
is results.# 1
ask 200 'one stamp' GET /stamps
is results.# 1
is results.0.check_in_id "$checked_in"
ask 200 'the passport' GET '/stamps?group=shop'
is results.0.count 1
expect 200 'GET     /stamps/{shop_id}.svg              what it looks like' "$api/stamps/$cafe.svg"
grep -q '^<svg' "$answer" || surprise 'this is no SVG'

say 'They keep lists'
for name in 想去 常去 帶媽媽去; do
    ask 201 "$name" POST /lists "{\"name\": \"$name\"}"
    list=$(got id)
done
ask 400 'a fourth is one too many' POST /lists '{"name": "再一個"}'
is code list_cap_reached
for shop in "$cafe" "$second" "$third"; do
    ask 201 'a café on the list' POST "/lists/$list/shops" "{\"shop_id\": \"$shop\"}"
done
ask 200 'again: it is there already' POST "/lists/$list/shops" "{\"shop_id\": \"$cafe\", \"note\": \"要訂位\"}"
is note 要訂位
ask 200 'another note' PATCH "/lists/$list/shops/$second" '{"note": "有插座"}'
ask 200 'another order' PATCH "/lists/$list" "{\"shop_ids\": [\"$third\", \"$cafe\", \"$second\"]}"
ask 200 'in that order' GET "/lists/$list"
is items.0.shop_id "$third"
is items.2.note 有插座
ask 204 'a café less' DELETE "/lists/$list/shops/$second"

say 'They get a picture'
upload avatar
ask 200 'theirs' PATCH /profile "{\"avatar_upload_id\": \"$upload\"}"
wait_for avatar.status ready /profile
avatar_url=$(got avatar.url)
ask 200 'what they have' GET /profile
is counts '{"check_ins": 1, "stamps": 1, "lists": 3}'

say 'Somebody else sees nothing of it'
mine=$token
token=$("$python" manage.py dev_token "other-$email")
ask 404 'another member, the same list' GET "/lists/$list"
ask 404 'the same check-in' GET "/checkins/$checked_in"
ask 404 'and takes nothing away' DELETE "/checkins/$checked_in"
ask 200 'they have lists of their own' GET /lists
is results.# 0
token=$mine

say 'They take their data with them'
ask 202 'asked for' POST /profile/export
wait_for status ready /profile/export
expect 200 'GET     the zip file, by its link' "$(got url)"
"$python" - "$answer" <<'PYTHON'
import sys, zipfile

with zipfile.ZipFile(sys.argv[1]) as export:
    assert export.testzip() is None
    names = sorted(export.namelist())
assert any("check_ins" in name for name in names) and any("photo" in name for name in names), names
print("\n".join(f"          {name}" for name in names))
PYTHON

say 'They leave'
ask 202 'from now on nothing opens' DELETE /profile '{"confirm": "DELETE"}'
ask 403 'not even their own lists' GET /lists
is code deletion_pending
ask 403 'nor a new check-in' POST /checkins "$check_in"
ask 200 'until when it can be taken back' GET /profile/deletion
is can_be_restored true
echo "          $(got purge_after)"

say 'They come back'
ask 200 'all is as it was' POST /profile/restore
is state active
ask 200 'three lists' GET /lists
is results.# 3

say 'They leave again, and an operator does not wait'
ask 202 'the Chinese word does as well' DELETE /profile '{"confirm": "刪除"}'
printf '          manage.py erase --user %s --now --yes\n' "$member"
"$python" manage.py erase --user "$member" --now --yes | sed 's/^/          /'

say 'Nothing is left'
ask 403 'the token is good for an hour, and opens nothing' GET /profile
ask 403 'nobody comes in by joining again' POST /auth/callback "$join"
ask 409 'nor by coming back' POST /profile/restore
expect 400 'GET     the photo' "$photo_url"
expect 400 'GET     the picture, which was public' "$avatar_url"
expect 403 'GET     Supabase knows no such user' "$supabase/auth/v1/user" --header "apikey: $publishable_key" \
    --header "Authorization: Bearer $token"
files=$(find "$folder/storage" -path "*$member*" | wc -l | tr -d ' ')
[ "$files" = 0 ] || surprise "$files files are left"
echo '          no file under their id in any bucket'
"$python" manage.py shell --no-imports --command "
from django.db import connection

with connection.cursor() as cursor:
    cursor.execute(\"SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1\")
    tables = [name for (name,) in cursor.fetchall()]
    left = {}
    for name in tables:
        cursor.execute(f'SELECT count(*) FROM \"{name}\" AS t WHERE t::text LIKE %s', ['%$member%'])
        left[name] = cursor.fetchone()[0]
left = {name: rows for name, rows in left.items() if rows}
print('          rows that name them:', left or 'none')
assert left == {'account_deletions': 1}, 'the tombstone alone, until their last token has run out'
" || surprise 'rows are left'

printf '\n%s requests, no surprise.\n' "$number"
