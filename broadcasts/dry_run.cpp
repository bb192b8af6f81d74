// What a broadcast would do, before anybody approves it: the part of StaffService that only looks. Test sends are here as
// well: they reach the test list and nobody else.
#include <algorithm>
#include <charconv>
#include <map>
#include <numeric>

#include "base/civil_time.h"
#include "base/ids.h"
#include "broadcasts/content_check.h"
#include "broadcasts/practice_deliverer.h"
#include "broadcasts/readability.h"
#include "broadcasts/record_fields.h"
#include "broadcasts/segment.h"
#include "broadcasts/segment_reader.h"
#include "broadcasts/staff_service.h"
#include "broadcasts/wording.h"
#include "store/attribute_names.h"

namespace kairan::broadcasts {
namespace {

constexpr std::chrono::milliseconds kPlatformPatience{5000};
constexpr std::chrono::milliseconds kQuotaPatience{1000};
constexpr std::chrono::hours kWeek{24 * 7};
constexpr std::size_t kMaxWeek = 200;        // broadcasts looked at
constexpr std::size_t kTopicBroadcasts = 5;  // the last ones on a topic
constexpr std::size_t kMaxTestVariants = 5;

std::uint64_t batches_of(std::uint64_t recipients, std::size_t size) {
  return (recipients + size - 1) / size;
}

/// The districts of a segment that emergency_area_segment() made; nothing for any other.
std::optional<std::vector<std::string>> area_of(const Segment& segment) {
  const SegmentNode& root = segment.root();
  if (root.kind != SegmentNode::Kind::kAnyOf || root.negated || root.nodes.size() != 2) return std::nullopt;
  const SegmentNode& there = root.nodes[0];
  const SegmentNode& nowhere = root.nodes[1];
  if (there.kind != SegmentNode::Kind::kHasAny || there.negated || there.attribute != store::kDistrictAttribute)
    return std::nullopt;
  if (nowhere.kind != SegmentNode::Kind::kAnswered || !nowhere.negated ||
      nowhere.attribute != store::kDistrictAttribute)
    return std::nullopt;
  return there.values;
}

/// How often each person of a partition was reached, as bit planes: a person's number is the bits at their place.
class Tally {
 public:
  explicit Tally(std::size_t length) : length_(length) {}

  void add(const Bitmap& reached) {
    Bitmap carry(length_);
    carry |= reached;
    for (Bitmap& plane : planes_) {
      Bitmap next = plane;
      next &= carry;
      Bitmap sum = plane;
      sum |= carry;
      sum -= next;
      plane = std::move(sum);
      carry = std::move(next);
    }
    if (carry.count() > 0) planes_.push_back(std::move(carry));
  }
  std::uint64_t of(std::size_t person) const {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < planes_.size(); ++i) number |= std::uint64_t{planes_[i].test(person)} << i;
    return number;
  }
  bool empty() const { return planes_.empty(); }

 private:
  std::size_t length_;
  std::vector<Bitmap> planes_;
};

}  // namespace

Status StaffService::count_annoyance(const Composed& composed, DryRun& run) {
  if (p_.reach == nullptr) return {};
  const auto ids = p_.broadcasts.list(0, kMaxWeek);
  if (!ids) return ids.error();
  std::vector<store::Partition> partitions;
  std::vector<Tally> tallies;
  std::vector<Bitmap> people;
  for (const PartitionAudience& part : composed.composition.audience) {
    partitions.push_back(part.partition);
    Bitmap all(part.by_variant.empty() ? 0 : part.by_variant.front().length());
    for (const Bitmap& variant : part.by_variant) all |= variant;
    tallies.emplace_back(all.length());
    people.push_back(std::move(all));
  }
  const TimePoint since = p_.clock.now() - kWeek;
  for (const std::string& id : *ids) {
    const auto record = p_.broadcasts.read(id);
    if (!record) return record.error();
    if (!*record || (*record)->field(field::kKind) == kind_name(Kind::kPractice)) continue;
    const auto figures = p_.figures.figures(id);
    if (!figures) return figures.error();
    if (!figures->first_batch_at || *figures->first_batch_at < since) continue;
    const auto reached = p_.reach->received(id, partitions);
    if (!reached) continue;  // its audience is no longer kept
    for (std::size_t i = 0; i < tallies.size(); ++i) tallies[i].add((*reached)[i]);
  }
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    if (tallies[i].empty()) {
      if (const std::uint64_t fresh = people[i].count(); fresh > 0) run.nth_this_week[1] += fresh;
      continue;
    }
    people[i].for_each([&](std::size_t person) {
      ++run.nth_this_week[tallies[i].of(person) + 1];
      return true;
    });
  }
  return {};
}

Status StaffService::count_blocks(std::string_view topic, DryRun& run) {
  if (topic.empty()) return {};
  const auto ids = p_.broadcasts.list(0, kMaxWeek);
  if (!ids) return ids.error();
  for (const std::string& id : *ids) {
    if (run.topic_broadcasts == kTopicBroadcasts) break;
    const auto record = p_.broadcasts.read(id);
    if (!record) return record.error();
    if (!*record || (*record)->field(field::kTopic) != topic) continue;
    const std::string_view blocks = (*record)->field(field::kBlocks);
    std::uint64_t count = 0;
    if (blocks.empty() || std::from_chars(blocks.data(), blocks.data() + blocks.size(), count).ec != std::errc())
      continue;
    run.blocks_after_topic += count;
    ++run.topic_broadcasts;
  }
  return {};
}

Result<DryRun> StaffService::dry_run(const store::Actor&, std::string_view id) {
  const auto record = must_read(id);
  if (!record) return record.error();
  DryRun run;
  auto document = parse_document(record->field(field::kDocument), run.problems);
  if (!document) return unreadable_document(ErrorCode::kCorrupt, document.error());
  const auto schema = p_.composer.schema();
  const CheckContext context{*schema, &p_.live, p_.clock.now(), p_.public_base, p_.holidays};
  (void)check_document(*document, context, run.problems);  // every problem is part of the answer
  check_readability(*document, run.problems);

  ComposeRequest request{
      record->id, *document, std::string(record->field(field::kCorrects)), document->at.value_or(p_.clock.now()),
      true,       true};
  const auto composed = p_.composer.compose(request);
  if (!composed) {
    const bool said = document->segment == kNoAudience;  // by the check
    if (!said) run.problems.push_back({"", told(composed.error()), false});
    return run;
  }
  Deliverer& way = document->kind == Kind::kPractice ? p_.practice : p_.live;
  const DeliveryLimits limits = way.limits();
  run.recipients = composed->composition.recipients;
  for (const auto& [name, people] : composed->missing) {
    StaffText missing = without_value(name, people);
    missing += {"その方々が読む言葉を書いてください。", "Write what they read instead."};
    run.problems.push_back({"fallbacks." + name, std::move(missing), false});
  }
  for (std::size_t v = 0; v < composed->groups.size(); ++v) {
    DryRun::VariantCount count;
    count.label = composed->composition.variants[v].label;
    count.recipients = composed->groups[v].recipients;
    count.batches = batches_of(count.recipients, limits.recipients);
    count.preview = composed->groups[v].preview;
    run.batches += count.batches;
    run.variants.push_back(std::move(count));
  }
  run.seconds = static_cast<double>(run.batches) / limits.requests_per_second;
  // A practice reaches nobody, whomever it is for.
  if (run.recipients == 0 && document->kind != Kind::kPractice) {
    run.problems.push_back({"segment", {"この条件に合う方がいません。", "Nobody fits these conditions."}, true});
  }

  // An emergency for an area: those who registered no district are the difference to the same rule without them.
  if (document->priority == Priority::kEmergency && !document->segment.empty() && request.corrects.empty()) {
    std::vector<SegmentProblem> wrong;
    if (const auto segment = parse_segment(document->segment, *schema, wrong); segment) {
      if (const auto area = area_of(*segment); area) {
        SegmentReader reader(p_.composer.subscribers(), p_.reach);
        const auto counts = reader.count_area(*area, *schema, jst_date(request.at));
        if (!counts) return counts.error();
        run.registered = counts->registered;
        run.undeclared = counts->undecided;
      }
    }
  }
  for (const Variant& variant : composed->composition.variants) {
    const Status valid = p_.live.validate(variant.rendered, kPlatformPatience);
    if (valid) continue;
    const bool refused = valid.error().code == ErrorCode::kInvalid || valid.error().code == ErrorCode::kRefused;
    const std::string& why = valid.error().detail;
    run.problems.push_back({"",
                            refused ? StaffText{"「" + variant.label.ja + "」の文面をLINEが受け付けません: " + why,
                                                "LINE does not take the text for “" + variant.label.en + "”: " + why}
                                    : StaffText{"LINEに確かめられませんでした（" + why + "）。",
                                                "LINE could not be asked whether it takes this (" + why + ")."},
                            !refused});
    if (!refused) break;  // the platform is away: asking again for each variant tells nothing new
  }
  if (const auto quota = way.quota(kPlatformPatience); quota) {
    run.quota_known = true;
    if (quota->limited) {
      run.quota_left = std::max<std::int64_t>(0, quota->limit - quota->used);
      if (*run.quota_left < static_cast<std::int64_t>(run.recipients)) {
        const std::string left = std::to_string(*run.quota_left);
        run.problems.push_back(
            {"",
             {"今月の残り（" + left + "通）より対象者が多いため、途中で止まります。",
              "It is for more residents than messages are left this month (" + left + "): it will stop on the way."},
             true});
      }
    }
  }
  if (const Status counted = count_annoyance(*composed, run); !counted) return counted.error();
  if (const Status counted = count_blocks(document->topic, run); !counted) return counted.error();
  return run;
}

Result<DeliveryQuota> StaffService::quota() {
  return p_.live.quota(kQuotaPatience);
}

Result<std::vector<Preview>> StaffService::preview(const store::Actor&, std::string_view json,
                                                   std::string_view district, std::vector<Problem>& problems) {
  std::vector<Preview> previews;
  auto document = read_document(json, problems, true);
  if (!document) {
    // What has a form is shown, whatever else is wrong with it.
    std::vector<Problem> again;
    document = parse_document(json, again);
    if (!document) return previews;
  }
  check_readability(*document, problems);
  const auto schema = p_.composer.schema();
  const store::Attribute* const languages = schema->find("language");
  for (const std::string& language : languages_of(*document)) {
    Reader reader;
    reader.language = language;
    reader.date = jst_date(document->at.value_or(p_.clock.now()));
    reader.media_base = p_.public_base;
    reader.leave_topic = leave_button(*document, false, *schema, language);
    for (const std::string& name : variables_of(*document)) {
      const store::Attribute* const attribute = schema->find(name);
      if (attribute == nullptr || attribute->values.empty()) continue;
      const store::AttributeValue* const asked =
          name == store::kDistrictAttribute ? attribute->find(district) : nullptr;
      reader.values[name] = pick((asked == nullptr ? attribute->values.front() : *asked).label, language);
    }
    // One that cannot be shown yet, just begun perhaps, does not hide the others.
    std::vector<Message> messages;
    for (Message& message : messages_for(*document, reader)) {
      if (p_.live.render({message})) messages.push_back(std::move(message));
    }
    if (messages.empty()) continue;
    const auto rendered = p_.live.render(messages);
    const store::AttributeValue* const label = languages == nullptr ? nullptr : languages->find(language);
    if (rendered) previews.push_back({language, label == nullptr ? language : pick(label->label, "ja"), *rendered});
  }
  return previews;
}

Result<std::size_t> StaffService::test_send(const store::Actor& who, std::string_view id) {
  if (!who.roles.has_any({store::Role::kAuthor, store::Role::kApprover, store::Role::kEmergencyOfficer})) {
    return staff_error(ErrorCode::kRefused,
                       {"テスト送信の権限がありません。", "Your roles do not include test sends."});
  }
  const auto record = must_read(id);
  if (!record) return record.error();
  std::vector<Problem> problems;
  const auto document = parse_document(record->field(field::kDocument), problems);
  if (!document) return staff_error(ErrorCode::kCorrupt, {"配信の内容を読めません。", "The notice cannot be read."});
  const std::vector<std::string> testers = p_.testers ? p_.testers() : std::vector<std::string>();
  if (testers.empty()) {
    return staff_error(ErrorCode::kConflict,
                       {"テスト送信の宛先がありません。運用担当に設定（broadcast.test_recipients）を頼んでください。",
                        "There is nobody to send a test to. Ask your operator to set broadcast.test_recipients."});
  }
  Deliverer& way = document->kind == Kind::kPractice ? p_.practice : p_.live;
  if (const Status right = may_leave_through(document->kind, way); !right) return right.error();
  if (const Status logged = log(who, "test_send", id, std::to_string(testers.size()) + "件"); !logged)
    return logged.error();
  std::vector<std::string> seen;
  const auto schema = p_.composer.schema();
  for (const std::string& language : languages_of(*document)) {
    if (seen.size() == kMaxTestVariants) break;
    Reader reader;
    reader.language = language;
    reader.date = jst_date(document->at.value_or(p_.clock.now()));
    reader.media_base = p_.public_base;
    reader.leave_topic = leave_button(*document, !record->field(field::kCorrects).empty(), *schema, language);
    reader.test = true;
    for (const std::string& name : variables_of(*document)) {
      const store::Attribute* const attribute = schema->find(name);
      if (attribute != nullptr && !attribute->values.empty())
        reader.values[name] = pick(attribute->values.front().label, language);
    }
    const auto rendered = way.render(messages_for(*document, reader));
    if (!rendered) return staff_error(ErrorCode::kInvalid, limit_words(rendered.error().detail));
    if (std::find(seen.begin(), seen.end(), *rendered) != seen.end()) continue;
    seen.push_back(*rendered);
    const auto request = way.compose(testers, *rendered, "");
    if (!request) return request.error();
    const SendResult sent = way.deliver(*request, random_uuid(), kPlatformPatience);
    if (sent.outcome != Outcome::kAccepted) {
      const std::string outcome(outcome_name(sent.outcome));
      return staff_error(ErrorCode::kUnavailable, {"テスト送信を受け付けてもらえませんでした（" + outcome + "）。",
                                                   "The test was not taken (" + outcome + ")."});
    }
  }
  return testers.size();
}

}  // namespace kairan::broadcasts
