// Finds what a path of the staff API means: literal segments and parameters, "/api/v1/broadcasts/{id}/status". A path is
// taken as it was decoded once: an empty segment, "." or "..", and a parameter with anything but letters, digits, "-", "_",
// "." and ":" in it match nothing. Literal segments win over parameters. Constant once built; any thread.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kairan::gateway::staff {

using PathParameters = std::map<std::string, std::string, std::less<>>;

class PathTable {
 public:
  static constexpr std::size_t kMaxPathBytes = 512;
  static constexpr std::size_t kMaxParameterBytes = 128;

  /// Aborts when the same method and pattern is added twice: that is a defect.
  void add(std::string_view method, std::string_view pattern, std::size_t what);

  struct Match {
    std::optional<std::size_t> what;  ///< none: 404, or 405 when `allowed` is not empty
    PathParameters parameters;
    std::string allowed;  ///< "GET, POST"
  };
  Match find(std::string_view method, std::string_view path) const;

 private:
  struct Entry {
    std::vector<std::string> segments;  ///< a parameter begins with "{"
    std::map<std::string, std::size_t, std::less<>> by_method;
  };
  std::vector<Entry> entries_;
};

}  // namespace kairan::gateway::staff
