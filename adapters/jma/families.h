// How each family of telegrams says what it says: one reader each, filling hazards of the city into an Alert whose head was
// read already. Pure; any thread.
#pragma once

#include "adapters/xml_document.h"
#include "broadcasts/alert.h"
#include "broadcasts/alert_city.h"

namespace kairan::adapters::jma {

using broadcasts::Alert;
using broadcasts::AlertCity;

void read_weather(const XmlElement& report, const AlertCity& city, Alert& alert);       ///< VPWW53-61
void read_special_notice(const XmlElement& report, const AlertCity& city, Alert& alert);///< VPNO50
void read_landslide(const XmlElement& report, const AlertCity& city, Alert& alert);     ///< VXWW50
void read_record_rain(const XmlElement& report, const AlertCity& city, Alert& alert);   ///< VPOA50
void read_tornado(const XmlElement& report, const AlertCity& city, Alert& alert);       ///< VPHW50, 51
void read_river(const XmlElement& report, const AlertCity& city, Alert& alert);         ///< VXKO50-89
void read_risk(const XmlElement& report, const AlertCity& city, Alert& alert);          ///< VPRN50
void read_heat(const XmlElement& report, const AlertCity& city, Alert& alert);          ///< VPFT50
void read_intensity(const XmlElement& report, const AlertCity& city, Alert& alert);     ///< VXSE51, 53
void read_long_period(const XmlElement& report, const AlertCity& city, Alert& alert);   ///< VXSE62
void read_early_warning(const XmlElement& report, const AlertCity& city, Alert& alert); ///< VXSE43
void read_tsunami(const XmlElement& report, const AlertCity& city, Alert& alert);       ///< VTSE41, 51
void read_volcano(const XmlElement& report, const AlertCity& city, Alert& alert);       ///< VFVO.., VZVO..: where the city is named
void read_bulletin(const XmlElement& report, const AlertCity& city, Alert& alert);      ///< VPBS50: 気象防災速報（線状降水帯など）
void read_unknown(const XmlElement& report, const AlertCity& city, Alert& alert);       ///< any other type

/// Whether an Area/Code of `codes` in `element`'s Areas or Area is one of ours. Only codes under Areas with the code type
/// of municipalities and forecast areas are looked at by the callers.
bool names_code(const XmlElement& item, std::string_view code);

}  // namespace kairan::adapters::jma
