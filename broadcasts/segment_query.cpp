// What a segment makes of the store's bitmaps.
#include <algorithm>
#include <unordered_map>

#include "broadcasts/birth_months.h"
#include "broadcasts/segment.h"
#include "store/subscribers.h"

namespace kairan::broadcasts {

using NodeKind = SegmentNode::Kind;

SegmentQuery::Step SegmentQuery::compile(const SegmentNode& node, Date on, const Names& bitmap,
                                         const Names& broadcast) const {
  Step step;
  step.kind = node.kind;
  step.negated = node.negated;
  const auto months = [&](const std::vector<std::string>& values) {
    for (const std::string& value : values) step.operands.push_back(bitmap(store::value_bitmap(node.attribute, value)));
  };
  switch (node.kind) {
    case NodeKind::kAllOf:
    case NodeKind::kAnyOf:
      for (const SegmentNode& inner : node.nodes) step.steps.push_back(compile(inner, on, bitmap, broadcast));
      break;
    case NodeKind::kHasAny:
    case NodeKind::kHasAll:
      months(node.values);
      break;
    case NodeKind::kAnswered:
      step.operands.push_back(bitmap(store::any_bitmap(node.attribute)));
      break;
    case NodeKind::kAge:
      months(birth_months_of_ages(node.least, node.most, on));
      break;
    case NodeKind::kSchool:
      for (const std::string& value : node.values) {
        if (const SchoolYear* const year = find_school_year(value)) months(birth_months_of_school_year(*year, on));
      }
      break;
    case NodeKind::kReceived:
      for (const std::string& value : node.values) step.operands.push_back(broadcast(value));
      break;
  }
  return step;
}

namespace {

void join(const Bitmap& bits, bool conjunct, Bitmap& into) {
  if (conjunct) {
    into &= bits;
  } else {
    into |= bits;
  }
}

}  // namespace

Bitmap SegmentQuery::holds(const Step& step, const Bits& bits) {
  Bitmap result(bits.length);
  const std::span<const Bitmap> source = step.kind == NodeKind::kReceived ? bits.received : bits.bitmaps;
  switch (step.kind) {
    case NodeKind::kAllOf:
      result.invert();
      for (const Step& inner : step.steps) apply(inner, bits, Join::kAnd, result);
      break;
    case NodeKind::kAnyOf:
      for (const Step& inner : step.steps) apply(inner, bits, Join::kOr, result);
      break;
    case NodeKind::kHasAll:
      result.invert();
      for (const std::size_t at : step.operands) join(source[at], true, result);
      break;
    default:
      for (const std::size_t at : step.operands) join(source[at], false, result);
      break;
  }
  if (step.negated) result.invert();
  return result;
}

void SegmentQuery::apply(const Step& step, const Bits& bits, Join how, Bitmap& into) {
  // Most rules name one bitmap: those are joined where they lie.
  if (step.operands.size() == 1 && !step.negated) {
    const std::span<const Bitmap> source = step.kind == NodeKind::kReceived ? bits.received : bits.bitmaps;
    join(source[step.operands[0]], how == Join::kAnd, into);
  } else {
    join(holds(step, bits), how == Join::kAnd, into);
  }
}

Bitmap SegmentQuery::evaluate(std::span<const Bitmap> bitmaps, std::span<const Bitmap> received) const {
  const Bits bits{bitmaps, received, bitmaps[0].length()};
  if (root_.kind == NodeKind::kAllOf && !root_.negated) {
    Bitmap result = bitmaps[0];
    for (const Step& inner : root_.steps) apply(inner, bits, Join::kAnd, result);
    return result;
  }
  Bitmap result = holds(root_, bits);
  result &= bitmaps[0];
  return result;
}

SegmentQuery Segment::query(const SegmentNode& node, Date date) {
  SegmentQuery query;
  const auto position_in = [](std::vector<std::string>& names) {
    return [&names, known = std::unordered_map<std::string, std::size_t>()](std::string_view name) mutable {
      const auto [found, added] = known.emplace(std::string(name), names.size());
      if (added) names.emplace_back(name);
      return found->second;
    };
  };
  const SegmentQuery::Names bitmap = position_in(query.bitmaps_);
  const SegmentQuery::Names broadcast = position_in(query.broadcasts_);
  bitmap(store::Subscribers::kFollowers);
  query.root_ = query.compile(node, date, bitmap, broadcast);
  return query;
}

SegmentQuery Segment::on(Date date) const {
  return query(root_, date);
}

}  // namespace kairan::broadcasts
