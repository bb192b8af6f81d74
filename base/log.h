// Structured logs: one line per decision, "event key=value ...", to standard error. Values are escaped; there is no way
// to pass a Secret. Resident text, names, addresses and raw user ids are never logged: use Sealer::pseudonym.
// Any thread. The only file that includes spdlog is log.cpp.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace kairan::log {

enum class Level { kDebug, kInfo, kWarn, kError };

/// A named value of a log line.
struct Field {
  std::string_view name;
  std::string value;
  Field(std::string_view n, std::string_view v) : name(n), value(v) {}
  Field(std::string_view n, const char* v) : name(n), value(v) {}
  Field(std::string_view n, const std::string& v) : name(n), value(v) {}
  Field(std::string_view n, bool v) : name(n), value(v ? "true" : "false") {}
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  Field(std::string_view n, T v) : name(n), value(std::to_string(v)) {}
  Field(std::string_view n, double v) : name(n), value(std::to_string(v)) {}
};

using Fields = std::initializer_list<Field>;

/// Sets the least level that is written; kInfo at start.
void set_level(Level level);

void debug(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void warn(std::string_view event, Fields fields = {});
void error(std::string_view event, Fields fields = {});

}  // namespace kairan::log
