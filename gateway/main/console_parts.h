// Fills in what the staff API's endpoints need of the running gateway: broadcasts, pictures, links, residents, warnings and
// shelters. The API knows them as small functions, so that its tests need none of them.
#pragma once

#include <memory>

#include "gateway/main/alerts_service.h"
#include "gateway/main/disaster_menu.h"
#include "gateway/main/staff_desk.h"
#include "gateway/resident_erasure.h"
#include "gateway/safety_desk.h"
#include "gateway/shelter_desk.h"
#include "gateway/staff_api/parts.h"

namespace kairan::gateway {

/// All of these outlive the console.
struct ConsoleSources {
  StaffDesk& desk;
  ResidentErasure& erasure;
  AlertsService& alerts;
  ShelterDesk& shelters;
  std::shared_ptr<const ShelterList> shelter_list;
  DisasterMenu& menu;
  SafetyDesk& safety;
  const Clock& clock;
};

/// Health beyond the process: quota, last backup, waiting warnings, their feed, content. After the content is set.
void add_console_health(const ConsoleSources& from, staff::Parts& parts);

void add_console_parts(const ConsoleSources& from, staff::Parts& parts);

}  // namespace kairan::gateway
