// Whom a notice concerns, as a rule: groups and rules in the form that react-querybuilder writes, checked against the
// declared attributes, readable as a sentence, evaluated over the store's bitmaps.
//
//   "everyone"                                          all who follow
//   {"combinator":"and","not":false,"rules":[RULE or GROUP, ...]}
//   RULE = {"field":FIELD,"operator":OPERATOR,"value":VALUE}; the editor's id, path, valueSource ("value") and disabled
//   are tolerated. Several values are an array or a text with commas.
//
//   field                 operators                                       value
//   ID (single)           = != in notIn null notNull                      declared value ids
//   ID (many)             the same, contains (=), all                     declared value ids
//   ID (yes_no)           = != in notIn null notNull                               true, false, "yes", "no"
//   ID (birth_months)     = != < <= > >= between notBetween null notNull  a child's age in whole years, 0..40
//   ID.school_year        = != in notIn                                   preschool, nursery0..5, elementary1..6, junior1..3,
//                                                                         high1..3, or 未就学, 3歳児, 小1, 中2, 高3
//   broadcast             received notReceived                            ids of broadcasts
//
// Meaning: a rule on children holds when one of the registered children fits. Every negative form is the complement of its
// positive one among followers, so whoever chose nothing is in "!=", "notIn" and "notBetween". Opt-outs (x: bitmaps) are no
// matter of the segment; whoever composes a broadcast takes them away.
// Values only; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bitmap.h"
#include "base/civil_time.h"
#include "base/result.h"
#include "base/staff_text.h"
#include "store/attribute_names.h"
#include "store/attributes.h"

namespace kairan::broadcasts {

struct SegmentLimits {
  static constexpr std::size_t kBytes = std::size_t{1} << 20;
  static constexpr int kDepth = 8;              ///< groups within groups, the outermost being 1
  static constexpr std::size_t kRules = 200;    ///< rules and groups in all
  static constexpr std::size_t kValues = 500;   ///< of one rule
  static constexpr std::size_t kProblems = 20;  ///< reported at once
};

/// One wrong place. `path` is the editor's: "rules[1].rules[0].value"; "" is the whole.
struct SegmentProblem {
  std::string path;
  StaffText message;  ///< what is wrong and what to write instead
};

/// A group or a rule, checked.
struct SegmentNode {
  enum class Kind {
    kAllOf,     ///< every one of `nodes`
    kAnyOf,     ///< one of `nodes` at least
    kHasAny,    ///< has chosen one of `values`
    kHasAll,    ///< has chosen every one of `values`
    kAnswered,  ///< has chosen anything of `attribute`
    kAge,       ///< has a child of least..most years
    kSchool,    ///< has a child in one of the school years `values`
    kReceived,  ///< received one of the broadcasts `values`
  };
  Kind kind = Kind::kAllOf;
  bool negated = false;
  std::vector<SegmentNode> nodes;
  std::string attribute;
  std::vector<std::string> values;  ///< canonical ids, distinct, in the order written
  int least = 0, most = 0;          ///< kAge, inclusive
  std::string path;                 ///< where it was written

  bool is_group() const { return kind == Kind::kAllOf || kind == Kind::kAnyOf; }
};

/// A segment on one day: which bitmaps it needs and what it makes of them. Constant; any thread.
class SegmentQuery {
 public:
  /// Names for Subscribers::read_bitmaps(): Subscribers::kFollowers first, then the rest, distinct.
  const std::vector<std::string>& bitmaps() const { return bitmaps_; }
  /// Broadcasts whose receivers are needed (BroadcastReach in segment_reader.h).
  const std::vector<std::string>& broadcasts() const { return broadcasts_; }
  /// Who is in the segment, among one partition's subscribers. The result has the length of the first bitmap (the
  /// partition's), "not" is over that length, and only followers are in it. Shorter bitmaps mean zeros.
  /// @param bitmaps   in the order of bitmaps(); more may follow
  /// @param received  in the order of broadcasts()
  Bitmap evaluate(std::span<const Bitmap> bitmaps, std::span<const Bitmap> received = {}) const;

 private:
  friend class Segment;
  struct Step {
    SegmentNode::Kind kind = SegmentNode::Kind::kAllOf;
    bool negated = false;
    std::vector<std::size_t> operands;  ///< positions in bitmaps_ or broadcasts_
    std::vector<Step> steps;
  };
  enum class Join { kAnd, kOr };
  using Names = std::function<std::size_t(std::string_view)>;
  Step compile(const SegmentNode& node, Date on, const Names& bitmap, const Names& broadcast) const;
  struct Bits {
    std::span<const Bitmap> bitmaps, received;
    std::size_t length = 0;
  };
  static void apply(const Step& step, const Bits& bits, Join join, Bitmap& into);
  static Bitmap holds(const Step& step, const Bits& bits);

  std::vector<std::string> bitmaps_, broadcasts_;
  Step root_;
};

class Segment {
 public:
  /// Everyone who follows.
  Segment() = default;
  explicit Segment(SegmentNode root) : root_(std::move(root)) {}

  bool is_everyone() const { return root_.is_group() && root_.nodes.empty(); }
  const SegmentNode& root() const { return root_; }
  /// Compact JSON in one spelling (defaults left out, values resolved): equal segments written alike hash alike.
  std::string json() const;

  /// Ages and school years are those on this date in Japan.
  SegmentQuery on(Date date) const;
  /// The same for one part of the segment.
  static SegmentQuery query(const SegmentNode& node, Date date);

 private:
  SegmentNode root_;
};

/// Reads "everyone" or a rule group.
/// @param problems  what is wrong, at most SegmentLimits::kProblems; empty on success
/// @return kInvalid, kSyntax or kTooLarge, the detail being the first problem
Result<Segment> parse_segment(std::string_view json, const store::AttributeSchema& schema,
                              std::vector<SegmentProblem>& problems);
Result<Segment> segment_from_json(const nlohmann::json& value, const store::AttributeSchema& schema,
                                  std::vector<SegmentProblem>& problems);
Result<Segment> parse_segment(std::string_view json, const store::AttributeSchema& schema);

/// Whom an emergency by area goes to: those registered in one of the districts and those who registered none.
/// @param districts  values of `attribute`; kInvalid when one is not declared or there is none
Result<Segment> emergency_area_segment(std::span<const std::string> districts, const store::AttributeSchema& schema,
                                       std::string_view attribute = store::kDistrictAttribute);

/// How a broadcast is called in a sentence; "" = by its id.
using BroadcastTitle = std::function<std::string(std::string_view id)>;
/// 「七浦 または 浜 に住み、0〜2歳の子がいて、配信『子育て』を選んだ人」. Japanese for "ja" and "ja-easy", else English.
std::string to_sentence(const Segment& segment, const store::AttributeSchema& schema, std::string_view language = "ja",
                        const BroadcastTitle& title = {});
/// As staff read it, in both languages.
StaffText audience_words(const Segment& segment, const store::AttributeSchema& schema);
/// The same for one part, without 人: 「0〜2歳の子がいる」.
std::string to_phrase(const SegmentNode& node, const store::AttributeSchema& schema, std::string_view language = "ja",
                      const BroadcastTitle& title = {});

/// A count as people outside the sending desk may see it: 「5人未満」 or 「1,234人」; "fewer than 5", "1,234".
std::string shown_count(std::uint64_t count, std::string_view language = "ja");

}  // namespace kairan::broadcasts
