// The book of the desk as JSON. Only alert_desk.cpp uses it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "broadcasts/alert_desk.h"

namespace kairan::broadcasts {

nlohmann::json order_json(const AlertOrder& order);
AlertOrder order_from(const nlohmann::json& from);
nlohmann::json held_json(const HeldAlert& held);
HeldAlert held_from(const nlohmann::json& from);
nlohmann::json log_json(const AlertLogEntry& entry);
AlertLogEntry log_from(const nlohmann::json& from);

}  // namespace kairan::broadcasts
