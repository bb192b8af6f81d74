// The two formats inside the wrappers. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "adapters/xml_document.h"
#include "base/result.h"
#include "broadcasts/alert.h"
#include "broadcasts/alert_city.h"

namespace kairan::adapters::cap {

/// What the EDXL-DE around a message says about it.
struct Wrapper {
  std::string status;  ///< Actual, Exercise, System, Test; "" without a wrapper
  std::string type;    ///< Report, Update, Cancel, ...
  std::string sent;
};

Result<broadcasts::Alert> read_cap(const XmlElement& alert, std::string_view name, const Wrapper& wrapper,
                                   const broadcasts::AlertCity& city);
Result<broadcasts::Alert> read_lalert(const XmlElement& distribution, std::string_view name, const Wrapper& wrapper,
                                      const broadcasts::AlertCity& city);
/// Actual, Exercise, System, Test, Draft; nothing for another word.
std::optional<broadcasts::AlertStatus> status_of(std::string_view written);
std::string short_name(std::string_view name);

}  // namespace kairan::adapters::cap
