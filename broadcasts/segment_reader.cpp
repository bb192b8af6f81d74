#include "broadcasts/segment_reader.h"

#include <algorithm>
#include <optional>
#include <random>
#include <set>

#include "broadcasts/birth_months.h"

namespace kairan::broadcasts {
namespace {

using NodeKind = SegmentNode::Kind;

/// Bitmaps in one read. With 64 partitions of 16,000 subscribers each this is half a megabyte: what is read is evaluated and
/// given back before the next is read, and neither Redis nor this process has to find fresh memory for each part.
constexpr std::size_t kBitmapsAtOnce = 256;

}  // namespace

/// Calls `take(partition's position, bitmaps, received)` for each partition.
template <typename Take>
Status SegmentReader::each_partition(const std::vector<std::string>& names, const std::vector<std::string>& broadcasts,
                                     const Take& take) {
  if (!broadcasts.empty() && reach_ == nullptr) {
    return staff_error(ErrorCode::kInvalid, {"配信を受け取ったかどうかは、ここでは調べられません。",
                                             "Who received a notice cannot be asked here."});
  }
  const std::size_t at_once = std::max<std::size_t>(1, kBitmapsAtOnce / names.size());
  for (std::size_t first = 0; first < subscribers_.partitions(); first += at_once) {
    std::vector<store::Partition> partitions;
    for (std::size_t p = first; p < std::min<std::size_t>(first + at_once, subscribers_.partitions()); ++p) {
      partitions.push_back(static_cast<store::Partition>(p));
    }
    const auto read = subscribers_.read_bitmaps(partitions, names);
    if (!read) return read.error();
    std::vector<std::vector<Bitmap>> received(partitions.size());
    for (const std::string& broadcast : broadcasts) {
      auto bits = reach_->received(broadcast, partitions);
      if (!bits) return bits.error();
      if (bits->size() != partitions.size()) return Error{ErrorCode::kInternal, "receivers of too few partitions"};
      for (std::size_t i = 0; i < partitions.size(); ++i) received[i].push_back(std::move((*bits)[i]));
    }
    for (std::size_t i = 0; i < read->size(); ++i) take((*read)[i].partition, (*read)[i].bitmaps, received[i]);
  }
  return {};
}

Result<std::vector<Bitmap>> SegmentReader::read(const Segment& segment, Date date) {
  const SegmentQuery query = segment.on(date);
  std::vector<Bitmap> found(subscribers_.partitions());
  const Status done = each_partition(query.bitmaps(), query.broadcasts(),
                                     [&](store::Partition p, const auto& bitmaps, const auto& received) {
                                       found[p] = query.evaluate(bitmaps, received);
                                     });
  if (!done) return done.error();
  return found;
}

Result<std::uint64_t> SegmentReader::count(const Segment& segment, Date date) {
  const SegmentQuery query = segment.on(date);
  std::uint64_t count = 0;
  const Status done = each_partition(query.bitmaps(), query.broadcasts(),
                                     [&](store::Partition, const auto& bitmaps, const auto& received) {
                                       count += query.evaluate(bitmaps, received).count();
                                     });
  if (!done) return done.error();
  return count;
}

namespace {

/// One number of a breakdown: which part, which of its values, and the query over the names of all of them.
struct Question {
  std::size_t part = 0;
  std::optional<std::size_t> value;
  SegmentQuery query;
  std::vector<std::size_t> bitmaps, broadcasts;  ///< positions of the query's names among all
};

struct Outline {
  const store::AttributeSchema& schema;
  Date date;
  std::string_view language;
  const BroadcastTitle& title;
  std::vector<SegmentPart> parts;
  std::vector<Question> questions;

  void add(const SegmentNode& node, int depth) {
    const std::size_t part = parts.size();
    parts.push_back({node.path, depth, to_phrase(node, schema, language, title), 0, {}});
    questions.push_back({part, std::nullopt, Segment::query(node, date), {}, {}});
    if (node.is_group()) {
      for (const SegmentNode& inner : node.nodes) add(inner, depth + 1);
      return;
    }
    for (const SegmentNode& alone : split(node)) {
      const std::size_t value = parts[part].values.size();
      parts[part].values.push_back({id_of(alone), label_of(alone), 0});
      questions.push_back({part, value, Segment::query(alone, date), {}, {}});
    }
  }

 private:
  /// A rule's values, each as a rule of its own; none when it has only one.
  static std::vector<SegmentNode> split(const SegmentNode& node) {
    std::vector<SegmentNode> alone;
    const auto one = [&]() -> SegmentNode& {
      SegmentNode& made = alone.emplace_back(node);
      made.negated = false;
      return made;
    };
    // A year of age each; open ranges ("3 or older") have no end that is worth listing.
    if (node.kind == NodeKind::kAge && node.most != kMaxChildAge && node.most > node.least) {
      for (int age = node.least; age <= node.most; ++age) {
        SegmentNode& made = one();
        made.least = made.most = age;
      }
    }
    if (node.values.size() > 1) {
      for (const std::string& value : node.values) one().values = {value};
    }
    return alone;
  }
  static std::string id_of(const SegmentNode& node) {
    return node.kind == NodeKind::kAge ? std::to_string(node.least) : node.values.front();
  }
  std::string label_of(const SegmentNode& node) const {
    const bool japanese = language == "ja" || language == "ja-easy";
    if (node.kind == NodeKind::kAge) return std::to_string(node.least) + (japanese ? "歳" : "");
    const std::string& value = node.values.front();
    if (node.kind == NodeKind::kSchool) {
      const SchoolYear* const year = find_school_year(value);
      return std::string(year == nullptr ? std::string_view(value) : japanese ? year->ja : year->en);
    }
    if (node.kind == NodeKind::kReceived) {
      const std::string called = title ? title(value) : std::string();
      return called.empty() ? value.substr(0, 8) : called;
    }
    const store::Attribute* const attribute = schema.find(node.attribute);
    const store::AttributeValue* const declared = attribute == nullptr ? nullptr : attribute->find(value);
    return declared == nullptr ? value : pick(declared->label, language);
  }
};

/// Adds `names` to `all` where they are missing. @return their positions
std::vector<std::size_t> positions(const std::vector<std::string>& names, std::vector<std::string>& all) {
  std::vector<std::size_t> found;
  for (const std::string& name : names) {
    const auto at = std::find(all.begin(), all.end(), name);
    found.push_back(static_cast<std::size_t>(at - all.begin()));
    if (at == all.end()) all.push_back(name);
  }
  return found;
}

std::vector<Bitmap> picked(const std::vector<Bitmap>& all, const std::vector<std::size_t>& positions) {
  std::vector<Bitmap> some;
  some.reserve(positions.size());
  for (const std::size_t at : positions) some.push_back(all[at]);
  return some;
}

}  // namespace

Result<std::vector<SegmentPart>> SegmentReader::break_down(const Segment& segment, const store::AttributeSchema& schema,
                                                           Date date, std::string_view language,
                                                           const BroadcastTitle& title) {
  Outline outline{schema, date, language, title, {}, {}};
  outline.add(segment.root(), 0);
  std::vector<std::string> names, broadcasts;
  for (Question& question : outline.questions) {
    question.bitmaps = positions(question.query.bitmaps(), names);
    question.broadcasts = positions(question.query.broadcasts(), broadcasts);
  }
  const Status done = each_partition(
      names, broadcasts,
      [&](store::Partition, const std::vector<Bitmap>& bitmaps, const std::vector<Bitmap>& received) {
        for (const Question& question : outline.questions) {
          const std::uint64_t count =
              question.query.evaluate(picked(bitmaps, question.bitmaps), picked(received, question.broadcasts)).count();
          SegmentPart& part = outline.parts[question.part];
          (question.value ? part.values[*question.value].count : part.count) += count;
        }
      });
  if (!done) return done.error();
  return std::move(outline.parts);
}

Result<std::vector<store::SubscriberRef>> SegmentReader::sample(const Segment& segment, Date date, std::size_t count,
                                                                std::uint64_t seed) {
  const auto found = read(segment, date);
  if (!found) return found.error();
  std::uint64_t total = 0;
  for (const Bitmap& bits : *found) total += bits.count();
  // Floyd's choice of `count` distinct ranks below `total`.
  std::set<std::uint64_t> ranks;
  std::mt19937_64 random(seed);
  for (std::uint64_t end = total - std::min<std::uint64_t>(count, total); end < total; ++end) {
    const std::uint64_t rank = random() % (end + 1);
    ranks.insert(ranks.count(rank) == 0 ? rank : end);
  }
  std::vector<store::SubscriberRef> chosen;
  std::uint64_t rank = 0;
  for (std::size_t p = 0; p < found->size(); ++p) {
    (*found)[p].for_each([&](std::size_t ordinal) {
      if (ranks.count(rank++) != 0) {
        chosen.push_back({static_cast<store::Partition>(p), static_cast<std::uint32_t>(ordinal)});
      }
      return chosen.size() < ranks.size();
    });
  }
  return chosen;
}

Result<SegmentReader::AreaCount> SegmentReader::count_area(std::span<const std::string> districts,
                                                           const store::AttributeSchema& schema, Date date,
                                                           std::string_view attribute) {
  const auto segment = emergency_area_segment(districts, schema, attribute);
  if (!segment) return segment.error();
  AreaCount area;
  const SegmentQuery registered = Segment::query(segment->root().nodes[0], date);
  const SegmentQuery undecided = Segment::query(segment->root().nodes[1], date);
  std::vector<std::string> names = registered.bitmaps();
  names.push_back(undecided.bitmaps()[1]);
  const Status done = each_partition(names, {}, [&](store::Partition, const std::vector<Bitmap>& bitmaps, const auto&) {
    area.registered += registered.evaluate(bitmaps).count();
    area.undecided += undecided.evaluate(std::vector<Bitmap>{bitmaps.front(), bitmaps.back()}).count();
  });
  if (!done) return done.error();
  return area;
}

}  // namespace kairan::broadcasts
