// What a subscriber's state must be, worked out in plain memory: events sorted by event time and applied one after the other.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/attributes.h"
#include "store/subscribers.h"

namespace kairan::test {

class SubscriberModel {
 public:
  explicit SubscriberModel(const store::AttributeSchema& schema) : schema_(&schema) {}

  void message(std::int64_t ms) { (void)make(ms); }
  void follow(std::int64_t ms, bool following) {
    if (!make(ms)) return;
    const std::int64_t rank = ms * 2 + (following ? 0 : 1);
    if (rank <= follow_rank_) return;
    follow_rank_ = rank;
    following_ = following;
  }
  void change(std::int64_t ms, const std::vector<store::AttributeChange>& changes) {
    if (!make(ms) || ms <= floor_) return;
    for (const store::AttributeChange& change : changes) ops_.push_back({ms, order(change), change});
  }
  void import(std::int64_t ms, const std::vector<std::string>& columns,
              const std::vector<std::pair<std::string, std::string>>& values) {
    if (erased_) return;
    known_ = true;
    if (follow_rank_ == 0) {
      follow_rank_ = ms * 2;
      following_ = true;
    }
    settle();
    for (const std::string& column : columns) {
      const std::string prefix = column + ":";
      for (auto it = chosen_.begin(); it != chosen_.end();) {
        it = it->compare(0, prefix.size(), prefix) == 0 ? chosen_.erase(it) : std::next(it);
      }
    }
    for (const auto& [attribute, value] : values) {
      chosen_.insert(attribute + ":" + value);
      left_.erase(attribute + ":" + value);
    }
    floor_ = std::max(floor_, ms);
    base_chosen_ = chosen_;
    base_left_ = left_;
    ops_.clear();
  }
  void erase(std::int64_t now) {
    if (!known_) return;
    std::int64_t at = std::max({now, follow_rank_ / 2, floor_});
    for (const Op& op : ops_) at = std::max(at, op.ms);
    *this = SubscriberModel(*schema_);
    erased_ = at;
  }

  bool known() const { return known_; }
  bool following() const { return following_; }
  /// Names of the bitmaps in which the subscriber's bit is set.
  std::set<std::string> bits() {
    settle();
    std::set<std::string> names;
    if (following_) names.insert("followers");
    for (const std::string& value : chosen_) {
      names.insert("a:" + value);
      names.insert("a:" + value.substr(0, value.find(':')));
    }
    for (const std::string& value : left_) names.insert("x:" + value);
    return names;
  }

 private:
  struct Op {
    std::int64_t ms;
    std::int64_t order;
    store::AttributeChange change;
  };

  bool is_single(const store::Attribute& attribute) const {
    return attribute.kind == store::AttributeKind::kSingle || attribute.kind == store::AttributeKind::kYesNo;
  }
  /// Among changes of one millisecond: on before off, of a single choice the value declared later last.
  std::int64_t order(const store::AttributeChange& change) const {
    if (!change.on) return 1'000'000;
    const store::Attribute& attribute = *schema_->find(change.attribute);
    return is_single(attribute) ? attribute.find(change.value) - attribute.values.data() : 0;
  }
  bool make(std::int64_t ms) {
    if (erased_ && ms <= *erased_) return false;
    if (erased_) {
      follow_rank_ = *erased_ * 2 + 1;
      floor_ = *erased_;
      erased_.reset();
    }
    known_ = true;
    return true;
  }
  /// The state after `ops_` in the order of their times, from what the last import left.
  void settle() {
    chosen_ = base_chosen_;
    left_ = base_left_;
    std::stable_sort(ops_.begin(), ops_.end(),
                     [](const Op& a, const Op& b) { return std::pair(a.ms, a.order) < std::pair(b.ms, b.order); });
    for (const Op& op : ops_) {
      const store::Attribute& attribute = *schema_->find(op.change.attribute);
      const std::string name = op.change.attribute + ":" + op.change.value;
      if (op.change.on && is_single(attribute)) {
        for (const store::AttributeValue& value : attribute.values) chosen_.erase(attribute.id + ":" + value.id);
      }
      if (op.change.on)
        chosen_.insert(name);
      else
        chosen_.erase(name);
      if (attribute.opt_out) {
        if (op.change.on)
          left_.erase(name);
        else
          left_.insert(name);
      }
    }
  }

  const store::AttributeSchema* schema_;
  bool known_ = false, following_ = false;
  std::optional<std::int64_t> erased_;
  std::int64_t follow_rank_ = 0, floor_ = 0;
  std::vector<Op> ops_;
  std::set<std::string> base_chosen_, base_left_, chosen_, left_;
};

}  // namespace kairan::test
