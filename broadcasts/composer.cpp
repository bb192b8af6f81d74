#include "broadcasts/composer.h"

#include <algorithm>
#include <numeric>

#include "base/civil_time.h"
#include "broadcasts/link_codes.h"
#include "broadcasts/practice_deliverer.h"
#include "broadcasts/record_fields.h"
#include "broadcasts/segment.h"
#include "broadcasts/wording.h"
#include "store/attribute_names.h"

namespace kairan::broadcasts {
namespace {

using store::Attribute;
using store::Partition;
using store::Subscribers;

constexpr std::string_view kLanguage = "language";
constexpr std::string_view kDisplay = "display";

Display display_of(std::string_view id) {
  return id == "text" ? Display::kText : id == "large" ? Display::kLarge : Display::kStandard;
}

/// One way in which readers differ: every value is a bit of the class's mask.
struct Axis {
  const Attribute* attribute = nullptr;
  std::size_t first = 0;  ///< position of its first value's bitmap in what is read
};

/// Values chosen on each axis, one mask an axis.
using ReaderClass = std::vector<std::uint64_t>;

void split(const std::vector<Axis>& axes, std::size_t axis, std::size_t value, const std::vector<Bitmap>& bits,
           const Bitmap& people, ReaderClass& key, std::map<ReaderClass, Bitmap>& classes) {
  if (people.count() == 0) return;
  if (axis == axes.size()) {
    classes.emplace(key, people);
    return;
  }
  if (value == axes[axis].attribute->values.size()) return split(axes, axis + 1, 0, bits, people, key, classes);
  Bitmap with = people;
  with &= bits[axes[axis].first + value];
  Bitmap without = people;
  without -= bits[axes[axis].first + value];
  key[axis] |= std::uint64_t{1} << value;
  split(axes, axis, value + 1, bits, with, key, classes);
  key[axis] &= ~(std::uint64_t{1} << value);
  split(axes, axis, value + 1, bits, without, key, classes);
}

/// Puts one composition together.
class Work {
 public:
  Work(const ComposerParts& parts, const ComposeRequest& request)
      : parts_(parts), request_(request), document_(request.document), schema_(parts.schema()) {}

  Result<Composed> run() {
    if (const Status ready = prepare(); !ready) return ready.error();
    if (const Status read = read_people(); !read) return read.error();
    if (!result_.missing.empty() && !request_.tolerate_missing) return missing_error();
    return finish();
  }

 private:
  Status prepare() {
    if (document_.segment == kNoAudience) return staff_error(ErrorCode::kInvalid, no_audience());
    std::string_view segment_json = document_.segment.empty() ? std::string_view("\"everyone\"") : document_.segment;
    std::vector<SegmentProblem> problems;
    auto segment = parse_segment(segment_json, *schema_, problems);
    if (!segment) {
      StaffText why{"配信対象の条件が、いまの属性の定義に合いません。",
                    "The conditions no longer fit what residents can choose. "};
      why += problems.empty() ? told(segment.error()) : problems.front().message;
      return staff_error(ErrorCode::kInvalid, std::move(why));
    }
    query_ = segment->on(jst_date(request_.at));
    names_ = query_.bitmaps();
    if (respects_topics(document_, !request_.corrects.empty())) {
      left_ = names_.size();
      names_.push_back(store::left_bitmap(store::kTopicAttribute, document_.topic));
    }
    if (const Status added = add_axis(kLanguage); !added) return added;
    if (const Status added = add_axis(kDisplay); !added) return added;
    fixed_axes_ = axes_.size();
    for (const std::string& name : variables_of(document_)) {
      if (schema_->find(name) == nullptr) {
        return staff_error(ErrorCode::kInvalid,
                           {"差し込み {" + name + "} の属性がなくなっています。文を直して提出し直してください。",
                            "What {" + name + "} stands for is gone. Correct the text and submit it again."});
      }
      if (const Status added = add_axis(name); !added) return added;
    }
    return {};
  }

  Status add_axis(std::string_view name) {
    const Attribute* const attribute = schema_->find(name);
    if (attribute == nullptr) return {};
    if (attribute->values.size() > 60) {
      return staff_error(ErrorCode::kInvalid, {"差し込み {" + std::string(name) + "} の値が多すぎます（60まで）。",
                                               "{" + std::string(name) + "} has too many values. 60 at most."});
    }
    axes_.push_back({attribute, names_.size()});
    for (const store::AttributeValue& value : attribute->values) names_.push_back(store::value_bitmap(name, value.id));
    return {};
  }

  /// Whom each corrected or asked-for broadcast reached, by partition.
  Result<std::vector<std::vector<Bitmap>>> receivers(std::span<const Partition> partitions) {
    std::vector<std::string> ids = query_.broadcasts();
    if (!request_.corrects.empty()) ids = {request_.corrects};
    std::vector<std::vector<Bitmap>> all;
    for (const std::string& id : ids) {
      if (parts_.reach == nullptr) {
        return staff_error(ErrorCode::kInvalid,
                           {"配信の受信者の記録がありません。", "Nothing is kept of who received what."});
      }
      auto received = parts_.reach->received(id, partitions);
      if (!received) {
        return received.error().code == ErrorCode::kNotFound
                   ? staff_error(ErrorCode::kInvalid,
                                 {"条件にある配信 " + id + " の受信者の記録がありません。",
                                  "Nothing is kept of who received notice " + id + ", which the conditions name."})
                   : received.error();
      }
      all.push_back(*std::move(received));
    }
    return all;
  }

  Status read_people() {
    std::vector<Partition> partitions(parts_.subscribers.partitions());
    std::iota(partitions.begin(), partitions.end(), Partition{0});
    const auto received = receivers(partitions);
    if (!received) return received.error();
    const auto allowed = practice_bits();
    if (!allowed) return allowed.error();
    const auto read = parts_.subscribers.read_bitmaps(partitions, names_);
    if (!read) return read.error();
    by_partition_.resize(partitions.size());
    for (std::size_t p = 0; p < read->size(); ++p) {
      const std::vector<Bitmap>& bits = (*read)[p].bitmaps;
      std::vector<Bitmap> reached;
      for (const std::vector<Bitmap>& of_one : *received) reached.push_back(of_one[p]);
      Bitmap people = audience(bits, reached);
      if (document_.kind == Kind::kPractice) people &= only(*allowed, (*read)[p].partition, people.length());
      lengths_.push_back(people.length());
      ReaderClass key(axes_.size(), 0);
      split(axes_, 0, 0, bits, people, key, by_partition_[p]);
      for (const auto& [reader, members] : by_partition_[p]) count(reader, members.count());
    }
    return {};
  }

  Bitmap audience(const std::vector<Bitmap>& bits, const std::vector<Bitmap>& reached) const {
    Bitmap people;
    if (!request_.corrects.empty()) {
      people = Bitmap(bits.front().length());
      people |= bits.front();
      people &= reached.front();
    } else {
      people = query_.evaluate(bits, reached);
    }
    if (left_ != 0) people -= bits[left_];
    return people;
  }

  Result<std::map<Partition, std::vector<std::uint32_t>>> practice_bits() const {
    std::map<Partition, std::vector<std::uint32_t>> allowed;
    if (document_.kind != Kind::kPractice || !parts_.practice) return allowed;
    for (const std::string& address : parts_.practice()) {
      const auto ref = parts_.subscribers.find(address);
      if (!ref) return ref.error();
      if (*ref) allowed[(*ref)->partition].push_back((*ref)->ordinal);
    }
    return allowed;
  }
  static Bitmap only(const std::map<Partition, std::vector<std::uint32_t>>& allowed, Partition partition, std::size_t length) {
    Bitmap bits(length);
    if (const auto found = allowed.find(partition); found != allowed.end()) {
      for (const std::uint32_t ordinal : found->second) bits.set(ordinal);
    }
    return bits;
  }

  void count(const ReaderClass& reader, std::uint64_t people) {
    classes_[reader] += people;
    for (std::size_t a = fixed_axes_; a < axes_.size(); ++a) {
      const std::string& name = axes_[a].attribute->id;
      if (reader[a] == 0 && document_.fallbacks.find(name) == document_.fallbacks.end()) result_.missing[name] += people;
    }
  }

  Error missing_error() const {
    StaffText reason;
    for (const auto& [name, people] : result_.missing) reason += without_value(name, people);
    reason += {"fallbacks に、その方々が読む言葉を書いてください。", "Write in fallbacks what they read instead."};
    return staff_error(ErrorCode::kInvalid, std::move(reason));
  }

  /// What a class reads, and how it is called.
  Reader reader_of(const ReaderClass& key, StaffText& label) const {
    Reader reader;
    reader.date = jst_date(request_.at);
    reader.media_base = parts_.public_base;
    for (std::size_t a = 0; a < axes_.size(); ++a) {
      const Attribute& attribute = *axes_[a].attribute;
      std::string value;
      StaffText shown;
      for (std::size_t v = 0; v < attribute.values.size(); ++v) {
        if ((key[a] >> v & 1U) == 0) continue;
        const store::AttributeValue& chosen = attribute.values[v];
        if (attribute.id == kLanguage) reader.language = chosen.id;
        if (attribute.id == kDisplay) reader.display = display_of(chosen.id);
        value += (value.empty() ? "" : "・") + pick(chosen.label, reader.language);
        if (!shown.empty()) shown += {"・", ", "};
        shown += {pick(chosen.label, "ja"), pick(chosen.label, "en")};
      }
      const auto fallback = document_.fallbacks.find(attribute.id);
      if (value.empty() && fallback != document_.fallbacks.end()) value = pick(fallback->second, reader.language);
      const bool is_variable = a >= fixed_axes_;
      if (is_variable) reader.values[attribute.id] = value;
      if (attribute.id == kLanguage && shown.empty()) shown = {"日本語", "Japanese"};
      if (attribute.id == kDisplay && reader.display == Display::kStandard) shown = {};
      if (is_variable && shown.empty()) shown = {"未登録", "not registered"};
      if (shown.empty()) continue;
      if (!label.empty()) label += {"・", ", "};
      label += shown;
    }
    reader.leave_topic = leave_button(document_, !request_.corrects.empty(), *schema_, reader.language);
    if (label.empty()) label = {"日本語", "Japanese"};
    if (request_.count_links && !parts_.public_base.empty() && counts_links(document_)) {
      reader.link = [this](std::string_view url) { return parts_.public_base + "/l/" + link_code(request_.id, url); };
    }
    return reader;
  }

  Result<Composed> finish() {
    Composition& composition = result_.composition;
    if (!request_.id.empty()) composition.unit = "b_" + request_.id.substr(0, 24);
    std::map<std::string, std::size_t> by_bytes;
    std::map<ReaderClass, std::size_t> variant_of;
    if (classes_.empty()) classes_[ReaderClass(axes_.size(), 0)] = 0;
    for (const auto& [key, people] : classes_) {
      StaffText label;
      const Reader reader = reader_of(key, label);
      const std::vector<Message> messages = messages_for(document_, reader);
      auto rendered = parts_.live.render_as(messages, reader.display);
      if (!rendered) {
        const std::string& why = rendered.error().detail;
        return staff_error(ErrorCode::kInvalid, {"「" + label.ja + "」の文面を作れません: " + why,
                                                 "The text for “" + label.en + "” cannot be made: " + why});
      }
      const auto [found, is_new] = by_bytes.emplace(*rendered, composition.variants.size());
      if (is_new) {
        if (composition.variants.size() == kMax) {
          const std::string most = std::to_string(kMax);
          return staff_error(
              ErrorCode::kInvalid,
              {"言語・表示・差し込みの組み合わせが多すぎます（" + most + "通りまで）。差し込みを減らしてください。",
               "Languages, displays and variables make more than " + most + " texts. Use fewer variables."});
        }
        composition.variants.push_back({label, *std::move(rendered)});
        result_.groups.push_back({0, plain_text(messages)});
      }
      variant_of[key] = found->second;
      result_.groups[found->second].recipients += people;
      composition.recipients += people;
    }
    for (std::size_t p = 0; p < by_partition_.size(); ++p) {
      PartitionAudience audience;
      audience.partition = static_cast<Partition>(p);
      audience.by_variant.assign(composition.variants.size(), Bitmap(lengths_[p]));
      for (const auto& [key, people] : by_partition_[p]) audience.by_variant[variant_of.at(key)] |= people;
      composition.audience.push_back(std::move(audience));
    }
    return std::move(result_);
  }

  static constexpr std::size_t kMax = SegmentComposer::kMaxVariants;

  const ComposerParts& parts_;
  const ComposeRequest& request_;
  const Document& document_;
  const std::shared_ptr<const store::AttributeSchema> schema_;
  SegmentQuery query_;
  std::vector<std::string> names_;
  std::vector<Axis> axes_;
  std::size_t fixed_axes_ = 0;  ///< language and display come first
  std::size_t left_ = 0;        ///< position of the topic's opt-outs; 0 = they do not apply (0 is the followers)
  std::vector<std::map<ReaderClass, Bitmap>> by_partition_;
  std::vector<std::size_t> lengths_;
  std::map<ReaderClass, std::uint64_t> classes_;
  Composed result_;
};

}  // namespace

StaffText without_value(const std::string& variable, std::uint64_t people) {
  const std::string count = std::to_string(people);
  return {"{" + variable + "} の値がない方が" + count + "人います。",
          count + (people == 1 ? " resident has" : " residents have") + " no value for {" + variable + "}. "};
}

bool respects_topics(const Document& document, bool is_correction) {
  return !document.topic.empty() && document.priority != Priority::kEmergency && !is_correction;
}

std::optional<kairan::Action> leave_button(const Document& document, bool is_correction, const store::AttributeSchema& schema,
                                           const std::string& language) {
  if (!respects_topics(document, is_correction)) return std::nullopt;
  const Attribute* const topics = schema.find(store::kTopicAttribute);
  const store::AttributeValue* const topic = topics != nullptr && topics->opt_out ? topics->find(document.topic) : nullptr;
  if (topic == nullptr) return std::nullopt;
  return leave_topic_action(document.topic, topic->label, language);
}

Result<Composed> SegmentComposer::compose(const ComposeRequest& request) { return Work(parts_, request).run(); }

Result<Composition> SegmentComposer::compose(const store::BroadcastRecord& record) {
  std::vector<Problem> problems;
  const auto document = parse_document(record.field(field::kDocument), problems);
  if (!document) return unreadable_document(ErrorCode::kInvalid, document.error());
  if (record.field(field::kApprovedHash) != approval_hash(*document)) {
    return staff_error(ErrorCode::kInvalid, {"承認された内容と、いまの内容が一致しません。送らずに止めました。",
                                             "It is not what was approved. It was stopped and not sent."});
  }
  if (!document->rule.empty()) {
    return staff_error(ErrorCode::kInvalid, {"繰り返しの配信そのものは送れません。1回ごとの配信が送られます。",
                                             "A recurring notice is not sent itself; each of its occurrences is."});
  }
  ComposeRequest request{record.id,
                         *document,
                         std::string(record.field(field::kCorrects)),
                         record.time(field::kAt).value_or(parts_.clock.now()),
                         true,
                         false};
  auto composed = compose(request);
  if (!composed) return composed.error();
  return std::move(composed->composition);
}

Result<Bitmap> SegmentComposer::consenting(const store::BroadcastRecord& record, store::Partition partition,
                                           const Bitmap& wanted) {
  std::vector<std::string> names{std::string(Subscribers::kFollowers)};
  const std::string_view topic = record.field(field::kTopic);
  const bool topics = !topic.empty() && record.field(field::kPriority) != priority_name(Priority::kEmergency) &&
                      record.field(field::kCorrects).empty();
  if (topics) names.push_back(store::left_bitmap(store::kTopicAttribute, topic));
  const std::vector<Partition> one{partition};
  const auto read = parts_.subscribers.read_bitmaps(one, names);
  if (!read) return read.error();
  if (read->size() != 1) return Error{ErrorCode::kInternal, "composer: a partition was not read"};
  Bitmap left = wanted;
  left &= read->front().bitmaps[0];
  if (topics) left -= read->front().bitmaps[1];
  return left;
}

}  // namespace kairan::broadcasts
