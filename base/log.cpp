#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "base/text.h"

namespace kairan::log {
namespace {

// Synchronous on purpose: spdlog's asynchronous mode blocks its callers when its queue is full anyway, and loses lines
// at a crash. Never destroyed, so that threads ending late can still log.
spdlog::logger& logger() {
  static spdlog::logger* const instance = [] {
    auto* made = new spdlog::logger("kairan", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    return made;
  }();
  return *instance;
}

void write(spdlog::level::level_enum level, std::string_view event, Fields fields) {
  if (!logger().should_log(level)) return;
  std::string line(event);
  for (const Field& field : fields) {
    line += ' ';
    line += field.name;
    line += '=';
    const bool quoted = field.value.empty() || field.value.find_first_of(" \"=") != std::string::npos;
    if (!quoted) {
      line += escape_for_log(field.value);
      continue;
    }
    line += '"';
    for (const char c : escape_for_log(field.value)) {
      if (c == '"') line += '\\';
      line += c;
    }
    line += '"';
  }
  logger().log(level, "{}", line);
}

}  // namespace

void set_level(Level level) {
  switch (level) {
    case Level::kDebug: logger().set_level(spdlog::level::debug); break;
    case Level::kInfo: logger().set_level(spdlog::level::info); break;
    case Level::kWarn: logger().set_level(spdlog::level::warn); break;
    case Level::kError: logger().set_level(spdlog::level::err); break;
  }
}

void debug(std::string_view event, Fields fields) { write(spdlog::level::debug, event, fields); }
void info(std::string_view event, Fields fields) { write(spdlog::level::info, event, fields); }
void warn(std::string_view event, Fields fields) { write(spdlog::level::warn, event, fields); }
void error(std::string_view event, Fields fields) { write(spdlog::level::err, event, fields); }

}  // namespace kairan::log
