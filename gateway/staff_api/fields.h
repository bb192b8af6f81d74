// Reads the members of a JSON body one by one, with bounds, and remembers what is wrong with each; members that nobody asked for
// are wrong too, so that a client cannot set what it is not meant to set. One object, one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/staff_api/call.h"

namespace kairan::gateway::staff {

class Fields {
 public:
  explicit Fields(const Call& call);
  ~Fields();
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;

  /// Texts are valid UTF-8 of least..most characters; control characters but line breaks and tabs are wrong.
  std::string text(std::string_view name, std::size_t least, std::size_t most);
  std::optional<std::string> optional_text(std::string_view name, std::size_t most);
  /// A text that is not looked into: a password.
  std::string secret(std::string_view name, std::size_t most_bytes);
  bool flag(std::string_view name);
  std::optional<bool> optional_flag(std::string_view name);
  double number(std::string_view name, double least, double most);
  std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t least, std::int64_t most);
  /// One of `allowed`, which is named in the message.
  std::string choice(std::string_view name, const std::vector<std::string>& allowed);
  std::vector<std::string> texts(std::string_view name, std::size_t least, std::size_t most, std::size_t characters);
  bool has(std::string_view name) const;
  /// The member as it is; null when it is absent, which is wrong if it is required.
  const nlohmann::json* any(std::string_view name, bool required = true);

  void wrong(std::string_view name, StaffText message);
  /// Call it after everything was read: the reply when something is wrong, or a member is unknown.
  std::optional<Reply> refused();

 private:
  const nlohmann::json* take(std::string_view name, bool required);
  bool checked_text(std::string_view name, const std::string& value, std::size_t least, std::size_t most);

  std::unique_ptr<nlohmann::json> object_;
  bool unreadable_ = false;
  std::set<std::string, std::less<>> asked_;
  std::vector<FieldError> errors_;
};

}  // namespace kairan::gateway::staff
