// How long counting a segment takes and how it grows. Fills a Redis of its own with subscribers as the store lays them out,
// then counts segments again and again. Prints JSON lines.
// usage: segment_bench [--rounds N] [SUBSCRIBERS...]   default: 100 rounds over 10000 100000 1000000 4000000
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "broadcasts/segment_reader.h"
#include "store/subscribers.h"
#include "tests/broadcasts/segment_schema.h"
#include "tests/support/test_redis.h"

namespace {

using namespace kairan;
using SteadyClock = std::chrono::steady_clock;
using kairan::test::must;

const Date kToday(std::chrono::year(2026), std::chrono::month(11), std::chrono::day(25));

struct Case {
  const char* name;
  const char* rules;
};
constexpr Case kCases[] = {
    {"5 conditions", R"({"combinator":"and","rules":[
        {"field":"district","operator":"=","value":"nanaura"},
        {"combinator":"or","rules":[{"field":"topic","operator":"=","value":"kosodate"},{"field":"topic","operator":"=","value":"event"}]},
        {"field":"language","operator":"!=","value":"en"},{"field":"shobodan","operator":"!=","value":true}]})"},
    {"5 conditions, children of 0 to 2 among them", R"({"combinator":"and","rules":[
        {"field":"district","operator":"in","value":"nanaura,hama"},{"field":"topic","operator":"=","value":"kosodate"},
        {"field":"children","operator":"between","value":[0,2]},{"field":"language","operator":"!=","value":"en"},
        {"field":"shobodan","operator":"null"}]})"},
    {"5 conditions, children at elementary school among them", R"({"combinator":"and","rules":[
        {"field":"district","operator":"in","value":"nanaura,hama"},{"field":"topic","operator":"=","value":"kosodate"},
        {"field":"children.school_year","operator":"=","value":"elementary"},{"field":"language","operator":"!=","value":"en"},
        {"field":"shobodan","operator":"null"}]})"},
};

/// Every bitmap that the cases name, with about the share of residents that a city has.
void fill(store::RedisClient& redis, std::size_t subscribers, store::Partition partitions,
          const std::vector<std::string>& names) {
  std::mt19937_64 random(subscribers);
  const std::size_t each = subscribers / partitions;
  for (store::Partition p = 0; p < partitions; ++p) {
    std::vector<store::Args> commands = {{"SET", store::keys::subscriber_next(p), std::to_string(each)}};
    for (const std::string& name : names) {
      const bool birth = name.compare(0, 11, "a:children:") == 0;
      const unsigned share = name == store::Subscribers::kFollowers ? 90 : birth ? 1 : 25;
      Bitmap bits(each);
      for (std::size_t n = 0; n < each; ++n) {
        if (random() % 100 < share) bits.set(n);
      }
      commands.push_back({"SET", store::keys::bitmap(p, name), bits.bytes()});
    }
    for (const auto& reply : must(redis.pipeline(commands))) {
      if (reply.is_error()) std::abort();
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t rounds = 100;
  std::vector<std::size_t> sizes;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--rounds" && i + 1 < argc) {
      rounds = std::strtoul(argv[++i], nullptr, 10);
    } else {
      sizes.push_back(std::strtoul(argv[i], nullptr, 10));
    }
  }
  if (sizes.empty()) sizes = {10'000, 100'000, 1'000'000, 4'000'000};
  const store::AttributeSchema schema = kairan::test::segment_schema();
  const Sealer sealer{Secret(std::string(Sealer::kKeyBytes, 'k'))};
  kairan::test::TestRedis redis;
  store::Subscribers subscribers(redis.client(), sealer, store::kDefaultPartitions);
  broadcasts::SegmentReader reader(subscribers, nullptr);
  std::vector<std::string> names;
  for (const Case& one : kCases) {
    const broadcasts::SegmentQuery query = must(broadcasts::parse_segment(one.rules, schema)).on(kToday);
    for (const std::string& name : query.bitmaps()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  for (const std::size_t size : sizes) {
    redis.flush();
    fill(redis.client(), size, store::kDefaultPartitions, names);
    for (const Case& one : kCases) {
      const broadcasts::Segment segment = must(broadcasts::parse_segment(one.rules, schema));
      std::vector<double> took;
      std::uint64_t count = 0;
      for (std::size_t round = 0; round < rounds + 3; ++round) {
        const auto start = SteadyClock::now();
        count = must(reader.count(segment, kToday));
        const std::chrono::duration<double, std::milli> ms = SteadyClock::now() - start;
        if (round >= 3) took.push_back(ms.count());
      }
      std::sort(took.begin(), took.end());
      std::printf(
          R"({"bench":"segments","what":"count","segment":"%s","subscribers":%zu,"bitmaps":%zu,"selected":%llu,)"
          R"("p50_ms":%.3f,"p99_ms":%.3f})"
          "\n",
          one.name, size, segment.on(kToday).bitmaps().size(), static_cast<unsigned long long>(count),
          took[took.size() / 2], took[took.size() * 99 / 100]);
      std::fflush(stdout);
    }
  }
  return 0;
}
