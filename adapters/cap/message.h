// CAP 1.1 and 1.2 (OASIS Common Alerting Protocol), alone, inside EDXL-DE 1.0 or inside SOAP, and L-Alert (公共情報コモンズ)
// messages, to Alerts. L-Alert is EDXL-DE with an own report; its namespaces carry versions and its prefixes are made by
// machines, so elements are told by their local names and by the beginning of the namespace. Pure; any thread.
#pragma once

#include <string_view>
#include <vector>

#include "adapters/xml_document.h"
#include "base/result.h"
#include "broadcasts/alert.h"
#include "broadcasts/alert_city.h"

namespace kairan::adapters::cap {

/// CAP, EDXL-DE, or a SOAP envelope.
bool is_message(const XmlElement& root);

/// Every alert of the message, at least one. kInvalid with a Japanese reason when what CAP requires (identifier, sender,
/// sent, status, msgType, scope) is missing or unreadable, or nothing known is inside.
Result<std::vector<broadcasts::Alert>> read_messages(const XmlElement& root, std::string_view name,
                                                     const broadcasts::AlertCity& city);

/// Whether (latitude, longitude) lies in a CAP polygon "lat,lon lat,lon ..." (at least four pairs, the first again at the
/// end) or circle "lat,lon radius_km". False for text that is neither.
bool polygon_holds(std::string_view polygon, double latitude, double longitude);
bool circle_holds(std::string_view circle, double latitude, double longitude);

}  // namespace kairan::adapters::cap
