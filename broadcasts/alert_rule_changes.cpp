#include "broadcasts/alert_rule_changes.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>

#include "broadcasts/alert_kinds.h"

namespace kairan::broadcasts {
namespace {

constexpr std::size_t kLinesAround = 2;
constexpr std::size_t kMaxLinePairs = 4'000'000;  ///< above it the changed stretch is shown whole, not line by line
constexpr std::array<AlertChange, 4> kOccasions{AlertChange::kNew, AlertChange::kRaised, AlertChange::kLowered,
                                                AlertChange::kLifted};

using Treatment = std::pair<AlertAction, AlertAction>;  // before, after

/// The treatments of one kind, level and occasion by area and hours, put together where they are the same.
class LevelChanges {
 public:
  LevelChanges(const AlertRules& before, const AlertRules& after) : before_(before), after_(after) {}

  void compare(const AlertKind& kind, int level, std::vector<AlertRuleChange>& out) const {
    // (area, night, before, after) → occasions
    std::map<std::tuple<std::string, bool, AlertAction, AlertAction>, std::vector<AlertChange>> found;
    for (const AlertScope scope : kind.scopes) {
      for (const bool night : {false, true}) {
        for (const AlertChange change : kOccasions) {
          const Treatment treated = treatment(kind, level, scope, night, change);
          if (treated.first == treated.second) continue;
          found[{std::string(scope_id(scope)), night, treated.first, treated.second}].push_back(change);
        }
      }
    }
    // Areas that agree in everything else are one row, and so are day and night.
    std::map<std::tuple<bool, AlertAction, AlertAction, std::vector<AlertChange>>, std::set<std::string>> by_areas;
    for (const auto& [key, occasions] : found) {
      const auto& [scope, night, first, second] = key;
      by_areas[{night, first, second, occasions}].insert(scope);
    }
    std::set<decltype(by_areas)::key_type> done;
    for (const auto& [key, scopes] : by_areas) {
      if (done.count(key) > 0) continue;
      const auto& [night, first, second, occasions] = key;
      const auto other = by_areas.find({!night, first, second, occasions});
      const bool both = other != by_areas.end() && other->second == scopes;
      if (both) done.insert(other->first);
      AlertRuleChange row;
      row.kind = std::string(kind.id);
      row.level = std::string(kind.level(level)->id);
      row.name = kind.level(level)->name;
      if (scopes.size() < kind.scopes.size()) row.scopes.assign(scopes.begin(), scopes.end());
      row.hours = both ? "" : night ? "night" : "day";
      row.occasions = occasions;
      row.before = first;
      row.after = second;
      out.push_back(std::move(row));
    }
  }

 private:
  static AlertAction action(const AlertRules& rules, const AlertKind& kind, int level, AlertScope scope, bool night,
                            AlertChange change) {
    return effective_action(rules.match(kind.id, level, scope, night ? rules.night_from : rules.night_to), change);
  }
  Treatment treatment(const AlertKind& kind, int level, AlertScope scope, bool night, AlertChange change) const {
    return {action(before_, kind, level, scope, night, change), action(after_, kind, level, scope, night, change)};
  }

  const AlertRules& before_;
  const AlertRules& after_;
};

std::vector<std::string> lines_of(const AlertRuleFiles& files, const std::string& file) {
  std::vector<std::string> lines;
  const auto found = files.find(file);
  if (found == files.end()) return lines;
  const std::string& text = found->second;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

/// The longest common subsequence of what lies between the same beginning and the same end.
std::vector<ChangedLine> all_lines(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::size_t head = 0;
  while (head < a.size() && head < b.size() && a[head] == b[head]) ++head;
  std::size_t tail = 0;
  while (tail < a.size() - head && tail < b.size() - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  std::vector<ChangedLine> out;
  for (std::size_t i = 0; i < head; ++i) out.push_back({' ', a[i]});
  const std::size_t n = a.size() - head - tail;
  const std::size_t m = b.size() - head - tail;
  std::size_t i = 0;
  std::size_t j = 0;
  if (n * m <= kMaxLinePairs) {
    std::vector<std::uint32_t> common((n + 1) * (m + 1), 0);
    const auto at = [&](std::size_t x, std::size_t y) -> std::uint32_t& { return common[x * (m + 1) + y]; };
    for (std::size_t x = n; x-- > 0;) {
      for (std::size_t y = m; y-- > 0;) {
        at(x, y) = a[head + x] == b[head + y] ? at(x + 1, y + 1) + 1 : std::max(at(x + 1, y), at(x, y + 1));
      }
    }
    while (i < n && j < m) {
      if (a[head + i] == b[head + j]) {
        out.push_back({' ', a[head + i]});
        ++i;
        ++j;
      } else if (at(i + 1, j) >= at(i, j + 1)) {
        out.push_back({'-', a[head + i++]});
      } else {
        out.push_back({'+', b[head + j++]});
      }
    }
  }
  while (i < n) out.push_back({'-', a[head + i++]});
  while (j < m) out.push_back({'+', b[head + j++]});
  for (std::size_t k = a.size() - tail; k < a.size(); ++k) out.push_back({' ', a[k]});
  return out;
}

/// Leaves out what is far from any change.
std::vector<ChangedLine> near_changes(const std::vector<ChangedLine>& all) {
  std::vector<bool> shown(all.size(), false);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].mark == ' ') continue;
    const std::size_t from = i < kLinesAround ? 0 : i - kLinesAround;
    for (std::size_t k = from; k <= i + kLinesAround && k < all.size(); ++k) shown[k] = true;
  }
  std::vector<ChangedLine> out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (shown[i]) {
      out.push_back(all[i]);
    } else if (i == 0 || shown[i - 1]) {
      out.push_back({' ', "…"});
    }
  }
  return out;
}

}  // namespace

AlertAction effective_action(const AlertRule* rule, AlertChange change) {
  if (rule == nullptr) return AlertAction::kHold;
  const AlertAction action = rule->action(change);
  return action == AlertAction::kSend && !rule->released ? AlertAction::kHold : action;
}

std::vector<AlertRuleChange> compare_alert_rules(const AlertRules& before, const AlertRules& after) {
  std::vector<AlertRuleChange> out;
  const LevelChanges changes(before, after);
  for (const AlertKind& kind : alert_kinds()) {
    for (int level = 1; level <= static_cast<int>(kind.levels.size()); ++level) changes.compare(kind, level, out);
  }
  return out;
}

std::vector<ChangedFile> compare_rule_files(const AlertRuleFiles& before, const AlertRuleFiles& after) {
  std::set<std::string> names;
  for (const auto& [name, text] : before) names.insert(name);
  for (const auto& [name, text] : after) names.insert(name);
  std::vector<ChangedFile> out;
  for (const std::string& name : names) {
    const auto then = before.find(name);
    const auto now = after.find(name);
    if (then != before.end() && now != after.end() && then->second == now->second) continue;
    out.push_back({name, near_changes(all_lines(lines_of(before, name), lines_of(after, name)))});
  }
  return out;
}

}  // namespace kairan::broadcasts
