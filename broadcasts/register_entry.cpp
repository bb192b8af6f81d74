#include "broadcasts/register_entry.h"

#include "base/civil_time.h"
#include "broadcasts/record_fields.h"
#include "broadcasts/segment.h"
#include "broadcasts/wording.h"

namespace kairan::broadcasts {
namespace {

std::string texts_of(const Document& document, TimePoint at) {
  std::string all;
  for (const std::string& language : languages_of(document)) {
    Reader reader;
    reader.language = language;
    reader.date = jst_date(at);
    for (const std::string& name : variables_of(document)) reader.values[name] = "{" + name + "}";
    all += (all.empty() ? "[" : "\n\n[") + language + "]\n" + plain_text(messages_for(document, reader));
  }
  return all;
}

}  // namespace

store::RegisterEntry register_entry(const store::BroadcastRecord& record, const StatusView& figures,
                                    const store::AttributeSchema& schema, TimePoint now) {
  store::RegisterEntry entry;
  entry.id = record.id;
  entry.state = record.state;
  entry.kind = record.field(field::kKind);
  entry.priority = record.field(field::kPriority);
  entry.section = record.field(field::kSection);
  entry.topic = record.field(field::kTopic);
  entry.author = record.field(field::kAuthor);
  entry.approver = record.field(field::kApprover);
  entry.corrects = record.field(field::kCorrects);
  entry.effect = record.field(field::kEffect);
  entry.reason = record.field(field::kReason);
  entry.approved_at = record.time(field::kApprovedAt);
  entry.created = record.time(field::kCreated).value_or(TimePoint{});
  entry.entered = now;
  std::vector<Problem> problems;
  if (const auto document = parse_document(record.field(field::kDocument), problems); document) {
    entry.title = document->title;
    entry.text = texts_of(*document, record.time(field::kAt).value_or(now));
    if (document->frame && entry.approver.empty()) entry.approver = "ひな形 " + document->frame->id;
    if (!entry.corrects.empty()) {
      entry.audience = "元の配信を受け取った人、受け取った可能性のある人";
    } else if (document->segment.empty()) {
      entry.audience = "友だち全員";
    } else if (const auto segment = parse_segment(document->segment, schema); segment) {
      entry.audience = to_sentence(*segment, schema);
    } else {
      entry.audience = document->segment;
    }
  }
  if (entry.approver.empty()) entry.approver = record.field(field::kSource);
  entry.recipients = figures.audience;
  entry.accepted = figures.recipients.accepted;
  entry.refused = figures.recipients.refused;
  entry.unknown = figures.recipients.unknown;
  entry.unsent = figures.recipients.planned + figures.recipients.in_flight;
  entry.first_batch_at = figures.first_batch_at;
  entry.last_batch_at = figures.last_batch_at;
  return entry;
}

}  // namespace kairan::broadcasts
