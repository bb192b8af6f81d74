#include "gateway/resident_erasure.h"

#include <thread>
#include <utility>

#include "base/staff_text.h"
#include "store/resident_codes.h"
#include "store/subscribers.h"

namespace kairan::gateway {
namespace {

/// A request takes a tenth of a second, its time-out some seconds.
constexpr milliseconds kStep{200};

EraserOptions with(EraserOptions options, std::vector<store::ErasureParticipant*> own) {
  own.insert(own.end(), options.participants.begin(), options.participants.end());
  options.participants = std::move(own);
  return options;
}

bool passes(const Status& status) {
  return !status && (status.error().code == ErrorCode::kUnavailable || status.error().code == ErrorCode::kTimeout);
}

}  // namespace

ResidentErasure::ResidentErasure(store::RedisClient& redis, const Sealer& sealer, store::Partition partitions,
                                 const Clock& clock, EraserOptions options)
    : redis_(redis),
      sealer_(sealer),
      partitions_(partitions),
      clock_(clock),
      broadcasts_(redis),
      ledger_(redis, partitions),
      audiences_(broadcasts_, ledger_),
      safety_(redis, sealer),
      eraser_(redis, sealer, partitions, clock, with(std::move(options), {&audiences_, &safety_})) {}

Status ResidentErasure::erase_by_code(std::string_view code, std::chrono::milliseconds patience) {
  const auto ref = store::ResidentCodes(redis_, sealer_).redeem_code(code);
  if (!ref) return ref.error();
  const auto address = store::Subscribers(redis_, sealer_, partitions_).address(*ref);
  if (!address) return address.error();
  if (!*address) {
    return staff_error(ErrorCode::kNotFound,
                       {"この方の情報は、もう消してあります。", "The resident is erased already."});
  }
  // The code goes with the resident, so what is left is tried again here.
  const TimePoint at = clock_.now();
  const SteadyPoint deadline = clock_.steady_now() + patience;
  for (;;) {
    const Status erased = eraser_.erase(**address, at);
    if (!passes(erased) || clock_.steady_now() >= deadline) return erased;
    std::this_thread::sleep_for(kStep);
  }
}

}  // namespace kairan::gateway
