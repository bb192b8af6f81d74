// Settings for the residents of a demonstration: made up by numbers alone, so that a segment of the sample city selects a
// believable number of people. Nobody is described; there are no names. The ids are those of Directory::add_next() for the
// same seed, so a simulator with as many residents has exactly these followers.
//
// The same seed, day and attributes give the same text. The first residents, who own the phones of the page, are told apart
// by their district: one after another through all of them. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/civil_time.h"
#include "store/attributes.h"

namespace kairan::adapters::simulator {

struct MadeResidents {
  std::size_t count = 0;
  std::uint64_t seed = 1;  ///< as the simulator's
  std::size_t owners = 6;  ///< of phones
  Date today;              ///< children are younger than 18 on this day
};

/// What `kairan subscribers import` reads.
std::string made_residents_csv(const MadeResidents& wanted, const store::AttributeSchema& schema);

}  // namespace kairan::adapters::simulator
