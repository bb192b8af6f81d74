// When the last backup of this installation was made: a line in the data folder, written by `kairan backup`, read for the health
// that staff see. Threads: any.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace kairan::gateway {

/// None when no backup was made here, or the line cannot be read.
std::optional<TimePoint> last_backup(const std::string& data_dir);
Status note_backup(const std::string& data_dir, TimePoint made);

}  // namespace kairan::gateway
