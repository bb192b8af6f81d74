#include "broadcasts/staff_service.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/civil_time.h"
#include "base/crypto.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/text.h"
#include "broadcasts/content_check.h"
#include "broadcasts/link_codes.h"
#include "broadcasts/practice_deliverer.h"
#include "broadcasts/record_fields.h"
#include "broadcasts/segment.h"
#include "broadcasts/system_moves.h"

namespace kairan::broadcasts {
namespace {

using Json = nlohmann::json;
using store::Role;

constexpr int kChangeAttempts = 12;
constexpr std::size_t kMaxComment = 1000;
constexpr std::size_t kMaxHistory = 300;
constexpr std::size_t kMaxIdempotencyKey = 200;
constexpr std::size_t kMaxListScan = 2000;
const JsonLimits kHistoryLimits{512 * 1024, 8};

std::optional<std::uint64_t> number_of(const store::BroadcastRecord& record, std::string_view name) {
  const std::string_view text = record.field(name);
  std::uint64_t number = 0;
  if (text.empty() || std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc())
    return std::nullopt;
  return number;
}

Json list_of(std::string_view text) {
  auto json = parse_json(text, kHistoryLimits);
  return json && json->is_array() ? *std::move(json) : Json::array();
}

std::string with_event(std::string_view history, TimePoint at, const std::string& by, Action action, State from,
                       State to, const std::string& comment) {
  Json events = list_of(history);
  if (events.size() >= kMaxHistory) events.erase(events.begin() + 1);  // the first says who made it
  events.push_back({{"at", to_unix_ms(at)},
                    {"by", by},
                    {"action", action_name(action)},
                    {"from", state_name(from)},
                    {"to", state_name(to)},
                    {"comment", comment}});
  return dump_json(events);
}

/// What the system gave has English; what a person wrote is as it was written.
StaffText in_both(std::string_view written, std::string_view english) {
  return {std::string(written), std::string(english.empty() ? written : english)};
}

StaffText reason_of(const store::BroadcastRecord& record) {
  return in_both(record.field(field::kReason), record.field(field::kReasonEn));
}

std::vector<Event> history_of(const store::BroadcastRecord& record) {
  std::vector<Event> events;
  for (const Json& json : list_of(record.field(field::kHistory))) {
    Event event;
    if (const Json* const at = json_member(json, "at"); at != nullptr && at->is_number_integer()) {
      event.at = from_unix_ms(at->get<std::int64_t>());
    }
    event.account = json_text(json, "by");
    event.action = json_text(json, "action");
    event.from = json_text(json, "from");
    event.to = json_text(json, "to");
    event.comment = in_both(json_text(json, "comment"), json_text(json, "comment_en"));
    events.push_back(std::move(event));
  }
  return events;
}

bool wrote_any(const store::BroadcastRecord& record, std::string_view account) {
  if (record.field(field::kAuthor) == account) return true;
  const Json editors = list_of(record.field(field::kEditors));
  return std::any_of(editors.begin(), editors.end(), [&](const Json& e) { return e == std::string(account); });
}

std::string with_editor(std::string_view editors, const std::string& account) {
  Json list = list_of(editors);
  if (std::find(list.begin(), list.end(), Json(account)) == list.end()) list.push_back(account);
  return dump_json(list);
}

/// The document's copies in the record, so that nobody needs to parse it to sort or to send.
std::map<std::string, std::string> fields_of(const Document& document) {
  std::map<std::string, std::string> fields{
      {std::string(field::kDocument), canonical_json(document)},
      {std::string(field::kKind), std::string(kind_name(document.kind))},
      {std::string(field::kPriority), std::string(priority_name(document.priority))},
      {std::string(field::kTopic), document.topic},
      {std::string(field::kSection), document.section}};
  if (document.expires) fields[std::string(field::kExpires)] = store::time_field(*document.expires);
  return fields;
}

std::vector<std::string> approval_fields() {
  return {std::string(field::kApprover),   std::string(field::kApprovedHash), std::string(field::kApprovedCount),
          std::string(field::kApprovedAt), std::string(field::kAt),           std::string(field::kSince),
          std::string(field::kHandled)};
}

Error no_such() {
  return staff_error(ErrorCode::kNotFound,
                     {"その配信はありません。番号を確かめてください。", "There is no such notice. Check its number."});
}
Error overtaken() {
  return staff_error(ErrorCode::kConflict,
                     {"ほかの方が先に変更しました。開き直して、変更を確かめてから保存してください。",
                      "Somebody else changed it first. Open it again and look at the change before you save."});
}
Error planned_time_passed(TimePoint at) {
  return staff_error(
      ErrorCode::kConflict,
      {"予約の時刻（" + format_jst(at) + "）が過ぎています。時刻を直して提出し直してください。",
       "The time it is planned for (" + format_jst_iso(at) + ") has passed. Correct it and submit it again."});
}

}  // namespace

// --- reading ---

Result<store::BroadcastRecord> StaffService::must_read(std::string_view id) {
  auto record = p_.broadcasts.read(id);
  if (!record) return record.error();
  if (!*record || (*record)->state.empty()) return no_such();
  return **std::move(record);
}

Result<Document> StaffService::read_document(std::string_view json, std::vector<Problem>& problems, bool draft) {
  std::string filled(json);
  const auto schema = p_.composer.schema();
  if (const auto given = parse_json(json); given && given->is_object()) {
    const Json* const frame_use = json_member(*given, "frame");
    if (frame_use != nullptr && !frame_use->is_null() && json_member(*given, "messages") == nullptr) {
      const std::string name = json_text(*frame_use, "id");
      const auto frame = p_.frames.find(name);
      if (!frame) return frame.error();
      if (!*frame) {
        const std::string shown = shorten_utf16(name, 40);
        problems.push_back({"frame.id",
                            {"「" + shown + "」というひな形はありません。", "There is no template “" + shown + "”."},
                            false});
        return staff_error(ErrorCode::kInvalid, problems.back().message);
      }
      auto made = fill_frame(**frame, *given, *schema, problems);
      if (!made) return made.error();
      filled = *std::move(made);
    }
  }
  auto document = parse_document(filled, problems);
  if (!document) return document.error();
  const CheckContext context{*schema, &p_.live, p_.clock.now(), p_.public_base, p_.holidays, draft};
  if (const Status checked = check_document(*document, context, problems); !checked) return checked.error();
  return document;
}

Standing StaffService::standing(const store::Actor& who, const Record& record) {
  Standing standing;
  standing.roles = who.roles;
  standing.wrote_it = wrote_any(record, who.name);
  standing.same_section = !who.section.empty() && who.section == record.field(field::kSection);
  standing.all_sections = who.section == kPublicRelations;
  return standing;
}

Result<bool> StaffService::is_from_frame(const Record& record, const Document& document) {
  if (!document.frame) return false;
  const auto frame = p_.frames.find(document.frame->id);
  if (!frame) return frame.error();
  if (!*frame || !(*frame)->published()) return false;
  const std::string_view effect = record.field(field::kEffect);
  if ((*frame)->use != (effect.empty() ? "emergency" : effect)) return false;
  // Made anew from what was published: anything else that is in the document shows as a difference.
  const Json given{{"frame", {{"id", document.frame->id}, {"fields", document.frame->fields}}},
                   {"kind", kind_name(document.kind)},
                   {"section", document.section},
                   {"title", document.title}};
  std::vector<Problem> problems;
  const auto schema = p_.composer.schema();
  const auto made = fill_frame(**frame, given, *schema, problems);
  if (!made) return false;
  auto again = parse_document(*made, problems);
  if (!again) return false;
  if (!effect.empty()) {
    again->priority = document.priority;  // corrections go ahead of everything, to whom the other went
    again->segment = document.segment;
    again->topic = document.topic;
  }
  const CheckContext context{*schema, nullptr, p_.clock.now(), p_.public_base, p_.holidays};
  if (!check_document(*again, context, problems)) return false;
  return canonical_json(*again) == canonical_json(document);
}

View StaffService::view_of(const store::Actor& who, const Record& record) {
  View view;
  view.id = record.id;
  view.state = parse_state(record.state).value_or(State::kFailed);
  view.revision = record.revision;
  view.reason = reason_of(record);
  std::vector<Problem> problems;
  auto document = parse_document(record.field(field::kDocument), problems);
  if (document) view.document = *std::move(document);
  view.author = record.field(field::kAuthor);
  view.returned = record.field(field::kReturned);
  view.approver = record.field(field::kApprover);
  view.created = record.time(field::kCreated).value_or(TimePoint{});
  view.due = record.time(field::kAt);
  if (!view.due) view.due = view.document.at;
  view.corrects = record.field(field::kCorrects);
  view.corrected_by = record.field(field::kCorrectedBy);
  view.effect = record.field(field::kEffect);
  view.rule_id = record.field(field::kRuleId);
  if (view.document.frame) view.frame = view.document.frame->id;
  view.approved_count = number_of(record, field::kApprovedCount);
  view.blocks_24h = number_of(record, field::kBlocks);
  view.history = history_of(record);
  if (!view.corrects.empty()) {
    view.segment_sentence = {"元の配信を受け取った人、受け取った可能性のある人",
                             "those who received, or may have received, the notice it corrects"};
  } else if (view.document.segment.empty()) {
    view.segment_sentence = audience_words(Segment(), *p_.composer.schema());
  } else if (view.document.segment == kNoAudience) {
    view.segment_sentence = {"（まだ決まっていません）", "(not chosen yet)"};
  } else if (const auto segment = parse_segment(view.document.segment, *p_.composer.schema()); segment) {
    view.segment_sentence = audience_words(*segment, *p_.composer.schema());
  } else {
    view.segment_sentence = {"（条件が、いまの属性の定義に合いません）",
                             "(the conditions no longer fit what residents can choose)"};
  }
  Standing position = standing(who, record);
  position.from_frame = view.state == State::kDraft && is_from_frame(record, view.document).value_or(false);
  view.possible = possible(view.state, position);
  return view;
}

Result<View> StaffService::view(const store::Actor& who, std::string_view id) {
  const auto record = must_read(id);
  if (!record) return record.error();
  const bool in_charge = who.roles.has_any({Role::kAuthor, Role::kApprover, Role::kEmergencyOfficer, Role::kOperator});
  if (p_.staff != nullptr && in_charge) p_.staff->seen(id, who.name);
  return view_of(who, *record);
}

void StaffService::tell(const Record& record, const Document& document, Action action, const std::string& comment) {
  if (p_.staff == nullptr) return;
  const std::string about = "「" + document.title + "」（" + document.section + "）";
  const auto notice = [&](Notice::Kind kind, const std::string& reason) { p_.staff->tell({kind, record.id, reason}); };
  switch (action) {
    case Action::kSubmit:
      notice(Notice::Kind::kToApprove, about + "が承認を待っています。");
      break;
    case Action::kReturn:
      notice(Notice::Kind::kReturned, about + "が差し戻されました: " + comment);
      break;
    case Action::kReject:
      notice(Notice::Kind::kReturned, about + "が却下されました: " + comment);
      break;
    case Action::kSendFrame:
      if (!record.field(field::kRoutine).empty()) break;
      notice(record.field(field::kEffect).empty() ? Notice::Kind::kEmergencyUsed : Notice::Kind::kCorrection,
             about + "を、公開されたひな形から送信しました" + (comment.empty() ? "。" : "（" + comment + "）。"));
      break;
    case Action::kCorrect:
    case Action::kWithdraw:
      notice(Notice::Kind::kCorrection, about + "の未送信分を止め、訂正・取消を送ります。");
      break;
    default:
      break;
  }
  const bool leaves = action == Action::kSend || action == Action::kSendFrame || action == Action::kSchedule;
  if (leaves && document.kind == Kind::kDrill) notice(Notice::Kind::kDrillSent, about + "の訓練を送信します。");
}

Result<std::vector<View>> StaffService::list(const store::Actor& who, const ListFilter& filter) {
  std::vector<View> views;
  std::size_t skipped = 0;
  for (std::size_t offset = 0; offset < kMaxListScan && views.size() < filter.count; offset += 100) {
    const auto ids = p_.broadcasts.list(offset, 100);
    if (!ids) return ids.error();
    for (const std::string& id : *ids) {
      if (views.size() == filter.count) break;
      const auto record = p_.broadcasts.read(id);
      if (!record) return record.error();
      if (!*record || (*record)->state.empty()) continue;
      if (filter.state && (*record)->state != state_name(*filter.state)) continue;
      if (!filter.section.empty() && (*record)->field(field::kSection) != filter.section) continue;
      if (skipped++ < filter.offset) continue;
      views.push_back(view_of(who, **record));
    }
    if (ids->size() < 100) break;
  }
  return views;
}

Result<StatusView> StaffService::status(std::string_view id) {
  const auto record = must_read(id);
  if (!record) return record.error();
  auto figures = p_.figures.figures(id);
  if (!figures) return figures.error();
  figures->id = record->id;
  figures->state = parse_state(record->state).value_or(State::kFailed);
  figures->reason = reason_of(*record);
  return figures;
}

std::string status_json(const StatusView& status) {
  const auto counts = [](const Counts& c) {
    return Json{{"planned", c.planned},
                {"in_flight", c.in_flight},
                {"accepted", c.accepted},
                {"refused", c.refused},
                {"unknown", c.unknown}};
  };
  const auto time = [](const std::optional<TimePoint>& at) { return at ? Json(format_utc(*at)) : Json(nullptr); };
  return dump_json(Json{{"id", status.id},
                        {"state", state_name(status.state)},
                        {"reason", status.reason.ja},
                        {"audience", status.audience},
                        {"batches", counts(status.batches)},
                        {"recipients", counts(status.recipients)},
                        {"first_batch_at", time(status.first_batch_at)},
                        {"last_batch_at", time(status.last_batch_at)}});
}

// --- writing ---

Status StaffService::log(const store::Actor& who, std::string_view action, std::string_view id,
                         std::string_view detail) {
  const auto written = p_.audit.append({0, p_.clock.now(), who.name, "broadcast." + std::string(action),
                                        "broadcast:" + std::string(id), std::string(detail), ""});
  return written ? Status() : Status(written.error());
}

Result<std::string> StaffService::store_new(const store::Actor& who, const Document& document, const std::string& id,
                                            std::map<std::string, std::string> more) {
  const TimePoint now = p_.clock.now();
  Record record;
  record.id = id;
  record.state = state_name(State::kDraft);
  record.fields = fields_of(document);
  record.fields[std::string(field::kCreated)] = store::time_field(now);
  record.fields[std::string(field::kAuthor)] = who.name;
  record.fields[std::string(field::kEditors)] = dump_json(Json::array({who.name}));
  record.fields[std::string(field::kHistory)] = dump_json(Json::array({Json{{"at", to_unix_ms(now)},
                                                                            {"by", who.name},
                                                                            {"action", "create"},
                                                                            {"from", ""},
                                                                            {"to", "draft"},
                                                                            {"comment", ""}}}));
  record.fields.merge(more);
  if (const Status logged = log(who, "create", id, document.title); !logged) return logged.error();
  if (const Status created = p_.broadcasts.create(record, now); !created) return created.error();
  return id;
}

Result<std::string> StaffService::create(const store::Actor& who, std::string_view json,
                                         std::string_view idempotency_key, std::vector<Problem>& problems) {
  if (!who.roles.has_any({Role::kAuthor, Role::kEmergencyOfficer})) {
    return staff_error(ErrorCode::kRefused, {"配信を作るには「作成者」か「緊急配信担当」の権限が必要です。",
                                             "Writing a notice needs the role of author or emergency officer."});
  }
  if (idempotency_key.size() > kMaxIdempotencyKey)
    return staff_error(ErrorCode::kInvalid, {"冪等キーが長すぎます（200文字まで）。",
                                             "The idempotency key is too long. 200 characters at most."});
  // The key gives the id, so that a repeat finds what the first made, whatever happened to its answer.
  std::string id = random_hex(16);
  if (!idempotency_key.empty()) {
    id = to_hex(bytes_of(sha256("create\n" + who.name + "\n" + std::string(idempotency_key)))).substr(0, 32);
    const auto there = p_.broadcasts.read(id);
    if (!there) return there.error();
    if (*there && !(*there)->state.empty()) return id;
  }
  auto document = read_document(json, problems, true);
  if (!document) return document.error();
  const bool all_sections = who.section == kPublicRelations || who.roles.has(Role::kEmergencyOfficer);
  if (!all_sections && document->section != who.section) {
    problems.push_back({"section",
                        {"自分の課（" + who.section + "）の配信だけを作れます。",
                         "You can write notices of your own section (“" + who.section + "”) only."},
                        false});
    return staff_error(ErrorCode::kRefused, problems.back().message);
  }
  auto made = store_new(who, *document, id, {});
  if (!made && made.error().code == ErrorCode::kConflict && !idempotency_key.empty()) return id;
  return made;
}

Status StaffService::check(const store::Actor&, std::string_view json, std::vector<Problem>& problems) {
  const auto document = read_document(json, problems);
  return document ? Status() : Status(document.error());
}

Result<std::uint64_t> StaffService::apply(const store::Actor& who, const Record& record, State to,
                                          const Change& change) {
  const State from = parse_state(record.state).value_or(State::kFailed);
  if (const Status logged = log(who, action_name(change.action), record.id,
                                std::string(state_name(from)) + " → " + std::string(state_name(to)) +
                                    (change.comment.empty() ? "" : ": " + change.comment));
      !logged) {
    return logged.error();
  }
  store::BroadcastUpdate update;
  update.state = state_name(to);
  update.set = change.set;
  update.remove = change.remove;
  update.due = change.due;
  const std::string mark = who.name + ":" + random_hex(8);
  update.set[std::string(field::kBy)] = mark;
  update.set[std::string(field::kHistory)] =
      with_event(record.field(field::kHistory), p_.clock.now(), who.name, change.action, from, to, change.comment);
  if (!change.comment.empty()) {
    set_reason(update, {change.comment, ""});
  } else if (update.set.find(std::string(field::kReason)) == update.set.end()) {
    set_reason(update, {});
  }
  auto revision = p_.broadcasts.update(record.id, record.revision, update);
  if (revision) return revision;
  if (revision.error().code == ErrorCode::kTimeout) {
    const auto now = p_.broadcasts.read(record.id);
    if (now && *now && (*now)->field(field::kBy) == mark) return (*now)->revision;
  }
  const Status undone = log(who, std::string(action_name(change.action)) + ".not_done", record.id, "");
  if (!undone) kairan::log::warn("audit.not_written", {{"broadcast", record.id}});
  return revision.error();
}

Result<std::uint64_t> StaffService::edit(const store::Actor& who, std::string_view id, std::uint64_t revision,
                                         std::string_view json, std::vector<Problem>& problems) {
  const auto record = must_read(id);
  if (!record) return record.error();
  if (record->revision != revision) {
    return overtaken();
  }
  const auto to = broadcasts::move(*parse_state(record->state), Action::kEdit, standing(who, *record));
  if (!to) return to.error();
  auto document = read_document(json, problems, true);
  if (!document) return document.error();
  if (kind_name(document->kind) != record->field(field::kKind)) {
    problems.push_back({"kind",
                        {"本番・訓練・練習は、作った後では変えられません。新しく作ってください。",
                         "Live, drill or practice cannot be changed once it is made. Write a new notice."},
                        false});
    return staff_error(ErrorCode::kRefused, problems.back().message);
  }
  if (!record->field(field::kEffect).empty()) {
    document->priority = Priority::kEmergency;
    document->segment.clear();
  }
  Change change;
  change.action = Action::kEdit;
  change.set = fields_of(*document);
  change.set[std::string(field::kEditors)] = with_editor(record->field(field::kEditors), who.name);
  change.remove = approval_fields();
  if (!document->expires) change.remove.emplace_back(field::kExpires);
  auto done = apply(who, *record, *to, change);
  if (!done && done.error().code == ErrorCode::kConflict) {
    return overtaken();
  }
  return done;
}

Status StaffService::approved_as_it_is(const Record& record, const Document& document) const {
  if (record.field(field::kApprovedHash) == approval_hash(document)) return {};
  return staff_error(ErrorCode::kConflict,
                     {"承認された内容と、いまの内容が一致しません。提出し直して、承認を受けてください。",
                      "It is not what was approved. Submit it again and have it approved."});
}

Status StaffService::prepare_departure(const Record& record, const Document& document, std::optional<TimePoint> at,
                                       Change& change) {
  const TimePoint now = p_.clock.now();
  if (document.expires && *document.expires <= now) {
    return staff_error(
        ErrorCode::kConflict,
        {"期限（" + format_jst(*document.expires) + "）が過ぎています。期限を直して提出し直してください。",
         "It has expired (" + format_jst_iso(*document.expires) + "). Correct that and submit it again."});
  }
  std::vector<std::pair<std::string, std::string>> links;
  for (CodedLink& link : coded_links(record.id, document))
    links.emplace_back(std::move(link.code), std::move(link.url));
  if (const Status added = p_.links.add(record.id, links); !added) return added;
  const TimePoint leaves = at.value_or(now);
  change.set[std::string(field::kAt)] = store::time_field(leaves);
  change.due = leaves;
  return {};
}

Status StaffService::prepare(const store::Actor& who, const Record& record, const Document& document, Change& change) {
  const TimePoint now = p_.clock.now();
  switch (change.action) {
    case Action::kSubmit:
    case Action::kApprove: {
      const std::string corrects(record.field(field::kCorrects));
      ComposeRequest request{record.id, document, corrects, document.at.value_or(now), true, false};
      const auto composed = p_.composer.compose(request);
      if (!composed) return composed.error();
      if (document.at && *document.at <= now) {
        return planned_time_passed(*document.at);
      }
      if (change.action == Action::kSubmit) return {};
      change.set[std::string(field::kApprover)] = who.name;
      change.set[std::string(field::kApprovedHash)] = approval_hash(document);
      change.set[std::string(field::kApprovedCount)] = std::to_string(composed->composition.recipients);
      change.set[std::string(field::kApprovedAt)] = store::time_field(now);
      return {};
    }
    case Action::kReturn:
    case Action::kReject:
      if (trim(change.comment).empty()) {
        return staff_error(ErrorCode::kInvalid, {"理由を書いてください。作成者が直すときの手がかりになります。",
                                                 "Write the reason: the author needs it to correct the notice."});
      }
      change.remove = approval_fields();
      return {};
    case Action::kSchedule: {
      if (const Status same = approved_as_it_is(record, document); !same) return same;
      if (!document.rule.empty()) {  // its occurrences leave, one by one (recurrence.h)
        if (record.field(field::kSince).empty()) change.set[std::string(field::kSince)] = store::time_field(now);
        return {};
      }
      if (!document.at)
        return staff_error(ErrorCode::kInvalid,
                           {"予約の時刻がありません。すぐに送るときは「送信」（send）を使ってください。",
                            "It has no planned time. To let it leave at once, send it."});
      if (*document.at <= now) {
        return planned_time_passed(*document.at);
      }
      return prepare_departure(record, document, document.at, change);
    }
    case Action::kSend: {
      if (const Status same = approved_as_it_is(record, document); !same) return same;
      if (document.at || !document.rule.empty()) {
        return staff_error(
            ErrorCode::kConflict,
            {"承認されたのは予約（schedule）です。いますぐ送るには、予約の時刻を消して提出し直してください。",
             "It was approved for a planned time. To send it now, take the time away and submit it again."});
      }
      return prepare_departure(record, document, std::nullopt, change);
    }
    case Action::kSendFrame: {
      ComposeRequest request{record.id, document, std::string(record.field(field::kCorrects)), now, true, false};
      const auto composed = p_.composer.compose(request);
      if (!composed) return composed.error();
      change.set[std::string(field::kApprovedHash)] = approval_hash(document);
      change.set[std::string(field::kApprovedCount)] = std::to_string(composed->composition.recipients);
      change.set[std::string(field::kApprovedAt)] = store::time_field(now);
      const bool routine = !record.field(field::kRoutine).empty();
      return prepare_departure(record, document, routine ? record.time(field::kAt) : std::nullopt, change);
    }
    case Action::kResume:
      if (!document.rule.empty()) return {};  // goes on with its next occurrence
      change.due = now;
      if (record.state == state_name(State::kHeld) && record.field(field::kAt).empty())
        change.set[std::string(field::kAt)] = store::time_field(now);
      return {};
    case Action::kStop:
    case Action::kPause:
      change.due = now;  // the dispatcher gives up what it has claimed
      return {};
    default:
      return {};
  }
}

Result<State> StaffService::move(const store::Actor& who, std::string_view id, Action action,
                                 const MoveOptions& options) {
  if (length_graphemes(options.comment) > kMaxComment || !is_valid_utf8(options.comment)) {
    return staff_error(ErrorCode::kInvalid,
                       {"コメントは1,000文字までにしてください。", "A comment has at most 1,000 characters."});
  }
  if (action == Action::kEdit || action == Action::kCorrect || action == Action::kWithdraw) {
    return staff_error(ErrorCode::kInvalid, {"この操作には内容が必要です。", "This needs what is to be written."});
  }
  for (int attempt = 0; attempt < kChangeAttempts; ++attempt) {
    const auto record = must_read(id);
    if (!record) return record.error();
    if (options.revision && record->revision != *options.revision) {
      const State now = parse_state(record->state).value_or(State::kFailed);
      return staff_error(ErrorCode::kConflict, {"見ている間に内容か状態が変わりました（いまは「" +
                                                    std::string(state_ja(now)) + "」）。開き直して確かめてください。",
                                                "It changed while you looked at it (now “" +
                                                    std::string(state_en(now)) + "”). Open it again."});
    }
    std::vector<Problem> problems;
    const auto document = parse_document(record->field(field::kDocument), problems);
    if (!document) return unreadable_document(ErrorCode::kCorrupt, document.error());
    const State from = parse_state(record->state).value_or(State::kFailed);
    Standing position = standing(who, *record);
    position.system = who.name == store::system_actor().name;
    Action act = action;
    if (act == Action::kSend && from == State::kDraft && document->frame) act = Action::kSendFrame;
    if (act == Action::kSendFrame) {
      const auto framed = is_from_frame(*record, *document);
      if (!framed) return framed.error();
      position.from_frame = position.system ? !record->field(field::kSource).empty() : *framed;
    }
    const auto to = broadcasts::move(from, act, position);
    if (!to) return to.error();
    Change change;
    change.action = act;
    change.comment = options.comment;
    if (act == Action::kReturn) change.set[std::string(field::kReturned)] = record->field(field::kDocument);
    if (const Status ready = prepare(who, *record, *document, change); !ready) return ready.error();
    const auto done = apply(who, *record, *to, change);
    if (done) {
      tell(*record, *document, act, options.comment);
      return *to;
    }
    if (done.error().code != ErrorCode::kConflict) return done.error();
    // Somebody else was first: read again; the table says whether there is still something to do.
  }
  return staff_error(ErrorCode::kUnavailable, {"ほかの操作と重なっています。少し待って、もう一度試してください。",
                                               "Others are changing it too. Wait a moment and try again."});
}

Result<std::string> StaffService::copy(const store::Actor& who, std::string_view id) {
  if (!who.roles.has_any({Role::kAuthor, Role::kEmergencyOfficer})) {
    return staff_error(ErrorCode::kRefused, {"写しを作るには「作成者」か「緊急配信担当」の権限が必要です。",
                                             "Making a copy needs the role of author or emergency officer."});
  }
  const auto record = must_read(id);
  if (!record) return record.error();
  std::vector<Problem> problems;
  auto document = parse_document(record->field(field::kDocument), problems);
  if (!document) return staff_error(ErrorCode::kCorrupt, {"配信の内容を読めません。", "The notice cannot be read."});
  document->at.reset();
  document->rule.clear();
  document->expires.reset();
  document->frame.reset();
  const bool all_sections = who.section == kPublicRelations || who.roles.has(Role::kEmergencyOfficer);
  if (!all_sections) document->section = who.section;
  document->title = std::string(prefix_graphemes(document->title, 95)) + "の写し";
  return store_new(who, *document, random_hex(16), {});
}

}  // namespace kairan::broadcasts
