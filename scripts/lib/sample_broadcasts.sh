#!/bin/bash
# Fills the demo's console with sample broadcasts in every state that lasts, each marked 見本: written, approved, sent and stopped
# by the demo's accounts through the same services as everybody's, the failures by faults of the simulator. Does nothing when any
# broadcast is there already.
# usage: scripts/lib/sample_broadcasts.sh first|rest FOLDER
#   first   while the store knows a few residents only: one approved broadcast, whose audience is another when it leaves
#   rest    when all residents are there: the others
# Environment: CONSOLE and SIMULATOR, the addresses; STAFF_PASSWORD_FILE, of the accounts author (福祉課) and approver (広報), who
# need no second factor here. Needs jq and curl. FOLDER keeps a file between the two steps.
set -euo pipefail

step=${1:?first or rest}
folder=${2:?a folder}
: "${CONSOLE:?}" "${SIMULATOR:?}" "${STAFF_PASSWORD_FILE:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# call ACCOUNT METHOD PATH [BODY]: the staff API; its refusals are shown.
call() {
  local account=$1 method=$2 path=$3
  shift 3
  curl -sS --fail-with-body --max-time 30 -b "$work/$account.jar" -c "$work/$account.jar" -H "x-csrf-token: $(cat "$work/$account.csrf" 2>/dev/null)" \
    -H 'content-type: application/json' -X "$method" ${1+-d "$1"} "$CONSOLE/api/v1$path" >"$work/answer" ||
    { echo "sample_broadcasts: $method $path: $(cat "$work/answer")" >&2; return 1; }
}
log_in() {
  call "$1" POST /session/login "$(jq -nc --arg name "$1" --rawfile password "$STAFF_PASSWORD_FILE" '{name: $name, password: ($password | rtrimstr("\n"))}')"
  call "$1" GET /session
  jq -r .csrf_token "$work/answer" >"$work/$1.csrf"
}
# act ACCOUNT ID ACTION [COMMENT]
act() { call "$1" POST "/broadcasts/$2/actions/$3" "$(jq -nc --arg comment "${4:-}" 'if $comment == "" then {} else {comment: $comment} end')"; }

rule() { jq -nc --arg field "$1" --arg value "$2" '{combinator: "and", not: false, rules: [{field: $field, operator: "=", value: $value}]}'; }
# created TITLE SEGMENT [MORE]: a draft; its id is left in $id. MORE is JSON that is merged into the document.
created() {
  local more=${3:-}
  call author POST /broadcasts "$(jq -nc --arg title "$1（見本）" --arg text "【見本】$1のお知らせです。これは動きを見るための文で、事実ではありません。" \
    --argjson segment "$2" --argjson more "${more:-null}" \
    '{title: $title, kind: "live", priority: "bulk", section: "福祉課", segment: $segment, messages: [{type: "text", text: $text}]} + ($more // {})')"
  id=$(jq -r .id "$work/answer")
}
submitted() { created "$@" && act author "$id" submit; }
approved() { submitted "$@" && act approver "$id" approve; }
sent() { approved "$@" && act author "$id" send; }
# Faults of the simulator's multicast, which bring about what a demo cannot wait for; no arguments: none any more.
faults() {
  local list='[]'
  [ $# -eq 0 ] || list=$(printf '%s\n' "$@" | jq -sc .)
  curl -fsS --max-time 5 -H 'content-type: application/json' -d "{\"faults\":$list}" "$SIMULATOR/sim/faults" >/dev/null
}
# reaches ID FILTER: waits until the status fits the jq filter.
reaches() {
  local tries=0
  until call author GET "/broadcasts/$1/status" && jq -e "$2" "$work/answer" >/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || { echo "sample_broadcasts: $1 did not come to $2: $(cat "$work/answer")" >&2; return 1; }
    sleep 0.1
  done
}

log_in author
if [ "$step" = first ]; then
  call author GET '/broadcasts?count=1'
  [ "$(jq '.items | length' "$work/answer")" -eq 0 ] || exit 0
  log_in approver
  approved '窓口の時間' "$(rule district kashima)"
  echo "$id" >"$folder/sample_held"
  exit 0
fi

[ -e "$folder/sample_held" ] || exit 0
held=$(cat "$folder/sample_held")
rm -f "$folder/sample_held"
log_in approver
trap 'faults || true; rm -rf "$work"' EXIT
many=$(rule district kashima)  # several batches
few=$(jq -nc '{combinator: "and", not: false, rules: [{field: "district", operator: "=", value: "nanaura"}, {field: "children.school_year", operator: "=", value: "preschool"}]}')

# Over by itself, within two minutes.
approved '期限つきの募集' "$few" "$(jq -nc '{expires: (now + 30 | todate)}')"

# On their way to approval.
created '書きかけの案内' "$few"
submitted '承認を待つ案内' "$few"
submitted '差し戻された案内' "$many"
act approver "$id" return '申込先の電話番号を入れてください（見本）'
submitted '却下された案内' '"everyone"'
act approver "$id" reject '市が出すお知らせではありません（見本）'
approved '承認された案内' "$few"
created '取りやめた案内' "$few"
act author "$id" stop '催しがなくなったため（見本）'
next_week=$(TZ=Asia/Tokyo date -d '+7 days' +%F)
approved '来週の予約' "$few" "{\"schedule\":\"$next_week 10:00\"}"
act author "$id" schedule
approved '毎月のお知らせ' "$few" "$(jq -nc --arg from "$next_week" --arg until "$(TZ=Asia/Tokyo date -d '+200 days' +%F)" \
  '{schedule: {repeat: "monthly", days: [1, 15], time: "18:00", from: $from, until: $until}}')"
act author "$id" schedule

# What the emergency desk and corrections have ready: written by one, published by another.
# frame ID USE TITLE FIELDS JAPANESE PLAIN ENGLISH
frame() {
  call author POST /templates "$(jq -nc --arg id "$1" --arg use "$2" --arg title "$3（見本）" --argjson fields "$4" --arg ja "【見本】$5" \
    --arg easy "【見本】$6" --arg en "[Sample] $7" \
    '{id: $id, use: $use, title: $title, fields: $fields, document: {messages: [{type: "text", text: {ja: $ja, "ja-easy": $easy, en: $en}}]}}')"
  call approver POST "/templates/$1/publish" '{}'
}
area='{"area":{"label":"対象の地区","districts":true},"reason":{"label":"理由","max":60}}'
frame level-3 emergency '高齢者等避難（警戒レベル3）' "$area" $'[[area]]に高齢者等避難（警戒レベル3）を発令しました。\n理由：[[reason]]\n避難に時間がかかる方は、危ない場所から避難してください。' \
  $'[[area]]の お年寄（としよ）りや 体（からだ）の 不自由（ふじゆう）な 人（ひと）は、いま 安全（あんぜん）な ところへ 逃（に）げてください。\n理由（りゆう）：[[reason]]' \
  $'[[area]]: evacuation of the elderly and others who need time (alert level 3).\nReason: [[reason]]'
frame level-4 emergency '避難指示（警戒レベル4）' "$area" $'[[area]]に避難指示（警戒レベル4）を発令しました。\n理由：[[reason]]\n危ない場所にいる方は、全員避難してください。' \
  $'[[area]]の 人（ひと）は、いますぐ 安全（あんぜん）な ところへ 逃（に）げてください。\n理由（りゆう）：[[reason]]' \
  $'[[area]]: evacuation order (alert level 4). Everyone in a dangerous place: leave now.\nReason: [[reason]]'
frame level-5 emergency '緊急安全確保（警戒レベル5）' "$area" $'[[area]]に緊急安全確保（警戒レベル5）を発令しました。\n理由：[[reason]]\n命の危険が迫っています。今いる場所より少しでも安全な場所へ移ってください。' \
  $'[[area]]は とても 危（あぶ）ないです。いますぐ 少（すこ）しでも 安全（あんぜん）な ところへ 行（い）ってください。\n理由（りゆう）：[[reason]]' \
  $'[[area]]: emergency safety measures (alert level 5). Your life is in danger: move to the safest place you can reach.\nReason: [[reason]]'
frame lifted emergency '避難情報の解除' "$area" $'[[area]]に出していた避難情報を解除しました。\n理由：[[reason]]' \
  $'[[area]]の 避難（ひなん）の お知（し）らせは 終（お）わりました。\n理由（りゆう）：[[reason]]' $'[[area]]: evacuation is no longer called for.\nReason: [[reason]]'
frame correction correct '訂正' '{"right":{"label":"正しい内容","max":200}}' $'先ほどのお知らせに誤りがありました。\n正しくは：[[right]]' \
  $'さっきの お知（し）らせは まちがいでした。\n正（ただ）しいのは：[[right]]' $'Our last notice was wrong. Correct is: [[right]]'
frame withdrawal withdraw '取消' '{"reason":{"label":"理由","max":200}}' $'先ほどのお知らせを取り消します。\n理由：[[reason]]' \
  $'さっきの お知（し）らせは まちがいです。取（と）り消（け）します。\n理由（りゆう）：[[reason]]' $'We withdraw our last notice.\nReason: [[reason]]'

# What goes right.
sent '子育て広場' "$few"
sent '健診の日時' "$few"; corrected=$id
sent '教室の開催' "$few"; withdrawn=$id
for kind in drill practice; do sent '避難の呼びかけ' "$few" "{\"kind\":\"$kind\"}"; done
# take_back ID EFFECT TEXT
take_back() {
  reaches "$1" '.state == "sent"'
  call author POST "/broadcasts/$1/correct" \
    "$(jq -nc --arg effect "$2" --arg text "【見本】$3" '{effect: $effect, messages: [{type: "text", text: $text}]}')"
  id=$(jq -r .id "$work/answer")
  act approver "$id" approve
  act author "$id" send
}
take_back "$corrected" correct '健診の時刻に誤りがありました。正しくは午後2時からです。'
take_back "$withdrawn" withdraw '教室は取りやめになりました。'
# Approved for a few, and now it concerns thousands.
act author "$held" send
reaches "$held" '.state == "held"'
reaches "$id" '.state == "sent"'

# What goes wrong, one after the other: a fault strikes whichever request comes next.
faults '{"on":"multicast","kind":"status","status":400,"count":1}' '{"on":"validate/multicast","kind":"status","status":400}'
sent '送れなかった案内' "$few"
reaches "$id" '.state == "failed"'

faults '{"on":"multicast","kind":"status","status":409,"count":1}'
sent '結果の分からない案内' "$many"; unknown=$id
reaches "$unknown" '.state == "paused"'
faults
act author "$unknown" resume
reaches "$unknown" '.state == "sent_with_unknown"'

# Two batches get through, the rest is put off until somebody steps in.
faults '{"on":"multicast","kind":"status","status":429,"skip":2}'
sent '途中で止めた案内' "$many"
reaches "$id" '.batches.accepted >= 2'
act author "$id" pause '電話での問い合わせが多いため（見本）'
faults '{"on":"multicast","kind":"status","status":429,"skip":2}'
sent '中止した案内' "$many"
reaches "$id" '.batches.accepted >= 2'
act author "$id" stop '内容に誤りがあったため（見本）'
