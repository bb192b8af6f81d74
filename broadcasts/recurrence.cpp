#include "broadcasts/recurrence.h"

#include <string>
#include <utility>
#include <vector>

#include "broadcasts/document.h"
#include "broadcasts/lifecycle.h"
#include "broadcasts/link_codes.h"
#include "broadcasts/record_fields.h"
#include "broadcasts/schedule.h"
#include "broadcasts/system_moves.h"
#include "store/actor.h"

namespace kairan::broadcasts {
namespace {

/// What an occurrence takes over from its rule.
constexpr std::string_view kInherited[] = {field::kKind,          field::kPriority,  field::kTopic,   field::kSection,
                                           field::kExpires,       field::kAuthor,    field::kEditors, field::kApprover,
                                           field::kApprovedCount, field::kApprovedAt};

}  // namespace

Result<Recurrence::Made> Recurrence::run(TimePoint now) {
  Made made;
  const auto open = broadcasts_.open();
  if (!open) return open.error();
  for (const std::string& id : *open) {
    const auto record = broadcasts_.read(id);
    if (!record) return record.error();
    if (!*record || (*record)->state != state_name(State::kScheduled)) continue;
    if (!(*record)->time(field::kSince)) continue;  // no recurring one
    if (const Status done = run_one(**record, now, made); !done) return done.error();
  }
  return made;
}

Status Recurrence::run_one(const store::BroadcastRecord& record, TimePoint now, Made& made) {
  std::vector<Problem> problems;
  const auto document = parse_document(record.field(field::kDocument), problems);
  if (!document) return Error{ErrorCode::kCorrupt, record.id + ": " + document.error().detail};
  if (record.field(field::kApprovedHash) != approval_hash(*document)) {
    return staff_error(ErrorCode::kInvalid, at_place(record.id, {"承認された内容と、いまの内容が一致しません。",
                                                                 "It is not what was approved."}));
  }
  const auto rule = parse_schedule_text(document->rule, "schedule", problems);
  if (!rule) return rule.error();
  const std::shared_ptr<const Holidays> known = holidays_ ? holidays_() : nullptr;
  const Holidays holidays = known ? *known : Holidays();
  ScheduleCursor cursor{*record.time(field::kSince), parse_date(record.field(field::kHandled))};
  const std::string system = store::system_actor().name;

  for (const DueOccurrence& due : due_occurrences(*rule, holidays, cursor, now)) {
    const std::string id = occurrence_id(record.id, *rule, due.occurrence);
    Document once = *document;
    once.rule.clear();
    once.at = due.occurrence.at;
    store::BroadcastRecord occurrence;
    occurrence.id = id;
    occurrence.state = state_name(State::kDraft);
    for (const std::string_view name : kInherited) {
      if (!record.field(name).empty()) occurrence.fields[std::string(name)] = record.field(name);
    }
    occurrence.fields[std::string(field::kDocument)] = canonical_json(once);
    occurrence.fields[std::string(field::kApprovedHash)] = approval_hash(once);
    occurrence.fields[std::string(field::kCreated)] = store::time_field(now);
    occurrence.fields[std::string(field::kAt)] = store::time_field(due.occurrence.at);
    occurrence.fields[std::string(field::kRuleId)] = record.id;
    const Status created = broadcasts_.create(occurrence, now);
    if (!created && created.error().code != ErrorCode::kConflict) return created.error();
    const auto there = broadcasts_.read(id);
    if (!there) return there.error();
    // Made before and moved on since, or made by another process: nothing is left to do for it.
    if (*there && (*there)->state == state_name(State::kDraft)) {
      std::vector<std::pair<std::string, std::string>> links;
      for (CodedLink& link : coded_links(id, once)) links.emplace_back(std::move(link.code), std::move(link.url));
      if (const Status added = links_.add(id, links); !added) return added;
      const std::string said = "繰り返し " + record.id + " の " + format_iso(due.occurrence.of) + " の回";
      const auto logged = audit_.append(
          {0, now, system, due.held ? "broadcast.hold" : "broadcast.schedule", "broadcast:" + id, said, ""});
      if (!logged) return logged.error();
      store::BroadcastUpdate update;
      update.state = state_name(due.held ? State::kHeld : State::kScheduled);
      update.set[std::string(field::kBy)] = system;
      if (due.held) {
        set_reason(update, missed_time(kHeldAfter));
      } else {
        update.due = due.occurrence.at;
      }
      const auto moved = broadcasts_.update(id, (*there)->revision, update);
      if (!moved && moved.error().code != ErrorCode::kConflict) return moved.error();
      if (moved) ++(due.held ? made.held : made.scheduled);
    }
    cursor.handled = due.occurrence.of;
  }

  const bool over = !next_due(*rule, holidays, cursor);
  if (!over && cursor.handled == parse_date(record.field(field::kHandled))) return {};
  store::BroadcastUpdate update;
  update.state = over ? state_name(State::kExpired) : record.state;
  if (cursor.handled) update.set[std::string(field::kHandled)] = format_iso(*cursor.handled);
  if (over) set_reason(update, {"繰り返しの期間が終わりました。", "Its last day has passed."});
  update.set[std::string(field::kBy)] = system;
  const auto moved = broadcasts_.update(record.id, record.revision, update);
  // Somebody edited or stopped it meanwhile: what was made stays made, and the next look finds it so.
  if (!moved && moved.error().code != ErrorCode::kConflict) return moved.error();
  if (moved && over) {
    ++made.ended;
    if (const Status closed = broadcasts_.close(record.id); !closed) return closed;
  }
  return {};
}

}  // namespace kairan::broadcasts
