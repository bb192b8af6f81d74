// What a broadcast says and to whom, as the dispatcher sees it: a few variants (language, やさしい日本語, large type, values
// of variables), each with the channel's bytes and the set of subscribers who read it. Recipients are grouped by what they
// would read, so that variants cost batches, not single sends.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/bitmap.h"
#include "base/result.h"
#include "base/staff_text.h"
#include "store/broadcasts.h"
#include "store/keys.h"

namespace kairan::broadcasts {

struct Variant {
  StaffText label;       ///< for people: 「日本語・七浦」
  std::string rendered;  ///< Deliverer::render()
};

struct PartitionAudience {
  store::Partition partition = 0;
  std::vector<Bitmap> by_variant;  ///< disjoint; one for each variant of the composition, in its order
};

struct Composition {
  std::vector<Variant> variants;             ///< at least one
  std::vector<PartitionAudience> audience;   ///< every partition, ascending
  std::uint64_t recipients = 0;
  std::string unit;                          ///< name for the platform's statistics; may be empty
};

/// Threads: any.
class Composer {
 public:
  virtual ~Composer() = default;
  /// Evaluates segment, consent and variants as of now. kInvalid with a Japanese reason when the segment or the content no
  /// longer holds: the broadcast fails, nothing is sent.
  virtual Result<Composition> compose(const store::BroadcastRecord& record) = 0;
  /// Which of these still may be sent to (they follow, are not erased, have not left the topic): read immediately before a
  /// batch's first try. `wanted` covers the partition's whole length.
  virtual Result<Bitmap> consenting(const store::BroadcastRecord& record, store::Partition partition,
                                    const Bitmap& wanted) = 0;
};

}  // namespace kairan::broadcasts
