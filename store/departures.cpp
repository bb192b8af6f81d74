#include "store/departures.h"

#include "store/subscriber_place.h"

namespace kairan::store {

Result<Bitmap> Departures::left_between(Partition partition, TimePoint from, TimePoint to) {
  const auto reply = redis_.command({"GET", keys::subscriber_times(partition)});
  if (!reply) return reply.error();
  if (reply->is_error()) return error_of(*reply);
  const std::size_t count = reply->text.size() / kRankBytes;
  Bitmap left(count);
  for (std::size_t ordinal = 0; ordinal < count; ++ordinal) {
    const std::uint64_t rank = rank_at(reply->text, ordinal);
    // Twice the event's time, plus one for leaving.
    if ((rank & 1U) == 0) continue;
    const TimePoint at = from_unix_ms(static_cast<std::int64_t>(rank >> 1));
    if (at >= from && at < to) left.set(ordinal);
  }
  return left;
}

}  // namespace kairan::store
