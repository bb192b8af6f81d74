// The keys of the configuration as a table: name, kind, and how a value becomes part of the Config. Any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config.h"

namespace kairan::gateway {

/// What is wrong with a value and what to write, in Japanese; none when it was taken.
using Problem = std::optional<std::string>;

struct ConfigKey {
  enum class Kind { kPlain, kSecret };
  std::string name;  ///< "public.listen"
  Kind kind = Kind::kPlain;
  bool may_be_empty = false;
  /// `from_file`: the value stands in the yaml file, where no password may.
  std::function<Problem(Config&, const std::string& value, bool from_file)> apply;

  std::string variable() const;  ///< "KAIRAN_PUBLIC_LISTEN"
};

const std::vector<ConfigKey>& config_keys();

/// The candidate nearest to `name` within `max_distance` edits; none when there is none.
std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates,
                                   std::size_t max_distance);

}  // namespace kairan::gateway
