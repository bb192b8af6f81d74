#include "gateway/staff_api/path_table.h"

#include <algorithm>
#include <cstdlib>

namespace kairan::gateway::staff {
namespace {

/// Nothing when a segment is empty, "." or "..".
std::optional<std::vector<std::string>> path_segments(std::string_view path) {
  std::vector<std::string> segments;
  if (path.empty() || path.front() != '/') return std::nullopt;
  path.remove_prefix(1);
  for (;;) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, slash);
    if (segment.empty() || segment == "." || segment == "..") return std::nullopt;
    segments.emplace_back(segment);
    if (slash == path.size()) return segments;
    path.remove_prefix(slash + 1);
  }
}

bool is_parameter(const std::string& segment) { return segment.front() == '{'; }

bool may_be_value(std::string_view segment) {
  return segment.size() <= PathTable::kMaxParameterBytes &&
         std::all_of(segment.begin(), segment.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                  c == '.' || c == ':';
         });
}

}  // namespace

void PathTable::add(std::string_view method, std::string_view pattern, std::size_t what) {
  const auto segments = path_segments(pattern);
  if (!segments) std::abort();
  auto it = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.segments == *segments; });
  if (it == entries_.end()) it = entries_.insert(entries_.end(), Entry{*segments, {}});
  if (!it->by_method.emplace(method, what).second) std::abort();
}

PathTable::Match PathTable::find(std::string_view method, std::string_view path) const {
  Match match;
  if (path.size() > kMaxPathBytes) return match;
  const auto segments = path_segments(path);
  if (!segments) return match;
  const Entry* found = nullptr;
  std::size_t found_literals = 0;
  for (const Entry& entry : entries_) {
    if (entry.segments.size() != segments->size()) continue;
    std::size_t literals = 0;
    bool fits = true;
    for (std::size_t i = 0; fits && i < segments->size(); ++i) {
      if (is_parameter(entry.segments[i])) {
        fits = may_be_value((*segments)[i]);
      } else {
        fits = entry.segments[i] == (*segments)[i];
        ++literals;
      }
    }
    if (fits && (found == nullptr || literals > found_literals)) {
      found = &entry;
      found_literals = literals;
    }
  }
  if (found == nullptr) return match;
  auto it = found->by_method.find(method);
  if (it == found->by_method.end() && method == "HEAD") it = found->by_method.find("GET");
  if (it == found->by_method.end()) {
    for (const auto& [known, what] : found->by_method) match.allowed += (match.allowed.empty() ? "" : ", ") + known;
    return match;
  }
  match.what = it->second;
  for (std::size_t i = 0; i < segments->size(); ++i) {
    const std::string& pattern = found->segments[i];
    if (is_parameter(pattern)) match.parameters[pattern.substr(1, pattern.size() - 2)] = (*segments)[i];
  }
  return match;
}

}  // namespace kairan::gateway::staff
