// How long counting a segment takes and how it grows, what subscribers cost in memory, how fast they are imported. Fills a
// Redis of its own: up to --import subscribers through the import itself, more of them by their bitmaps alone, which is what
// counting reads. Then 100 values are set, and segments are counted again and again. Prints JSON lines.
// usage: segment_bench [--rounds N] [--import N] [SUBSCRIBERS...]
//   default: 100 rounds, import up to 1000000, over 10000 100000 1000000 4000000
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/memory.h"
#include "broadcasts/segment_reader.h"
#include "store/redis_info.h"
#include "store/subscriber_import.h"
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

/// Design: a million subscribers with so many values set take at most 80 MB.
constexpr std::size_t kValuesSet = 100;
constexpr std::size_t kRowsAtOnce = 100'000;
constexpr store::Partition kPartitions = store::kDefaultPartitions;

std::uint64_t used_memory(store::RedisClient& redis) {
  return std::stoull(store::info_value(must(redis.command({"INFO", "memory"})).text, "used_memory"));
}

/// Processor time used so far, which says what counting costs also where other work delays it.
double own_cpu_ms() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) * 1e3 + static_cast<double>(used.tv_nsec) / 1e6;
}
double redis_cpu_ms(store::RedisClient& redis) {
  const std::string info = must(redis.command({"INFO", "cpu"})).text;
  return (std::stod(store::info_value(info, "used_cpu_user")) + std::stod(store::info_value(info, "used_cpu_sys"))) *
         1e3;
}

/// Imports made-up people with a few settings each. @return seconds
double import(store::RedisClient& redis, const Sealer& sealer, const store::AttributeSchema& schema,
              std::size_t subscribers) {
  const std::vector<std::string> columns{"district", "topic", "language"};
  std::mt19937_64 random(subscribers);
  double seconds = 0;
  for (std::size_t done = 0; done < subscribers;) {
    std::vector<store::ImportRow> rows(std::min(kRowsAtOnce, subscribers - done));
    for (store::ImportRow& row : rows) {
      char id[40];
      std::snprintf(id, sizeof id, "U%016llx%016llx", static_cast<unsigned long long>(random()),
                    static_cast<unsigned long long>(random()));
      row.address = id;
      for (const std::string& column : columns) {
        const auto& values = schema.find(column)->values;
        row.values.emplace_back(column, values[random() % values.size()].id);
      }
    }
    const auto start = SteadyClock::now();
    must(store::SubscriberImport(redis, sealer, kPartitions)
             .import(schema, columns, rows, from_unix_ms(1'795'000'000'000), {}));
    seconds += std::chrono::duration<double>(SteadyClock::now() - start).count();
    done += rows.size();
  }
  return seconds;
}

/// Every bitmap that the cases name, with about the share of residents that a city has, and others up to kValuesSet; over
/// the ordinals that there are, or, where there are none, over `subscribers` of them.
void fill(store::RedisClient& redis, std::size_t subscribers, const std::vector<std::string>& names) {
  std::mt19937_64 random(subscribers);
  for (store::Partition p = 0; p < kPartitions; ++p) {
    const auto next = must(redis.command({"GET", store::keys::subscriber_next(p)}));
    const std::size_t each = next.is_nil() ? subscribers / kPartitions : std::stoul(next.text);
    std::vector<store::Args> commands;
    if (next.is_nil()) commands.push_back({"SET", store::keys::subscriber_next(p), std::to_string(each)});
    const auto put = [&](const std::string& name, unsigned share) {
      Bitmap bits(each);
      for (std::size_t n = 0; n < each; ++n) {
        if (random() % 100 < share) bits.set(n);
      }
      commands.push_back({"SET", store::keys::bitmap(p, name), bits.bytes()});
    };
    for (const std::string& name : names) {
      const bool birth = name.compare(0, 11, "a:children:") == 0;
      put(name, name == store::Subscribers::kFollowers ? 90 : birth ? 1 : 25);
    }
    for (std::size_t n = names.size(); n < kValuesSet; ++n) put("a:further:" + std::to_string(n), 25);
    for (const auto& reply : must(redis.pipeline(commands))) {
      if (reply.is_error()) std::abort();
    }
  }
}

/// Which part of the layout a key belongs to (store/keys.h).
std::string part_of(const std::string& key) {
  if (key.empty() || key.front() != '{') return "others";
  const std::string rest = key.substr(key.find('}') + 2);
  const std::string first = rest.substr(0, rest.find(':'));
  if (first == "addr") return "addresses";
  if (first == "i") return "id_map";
  if (first == "t") return "times";
  if (first == "floor") return "floors";
  if (first == "b") return "bitmaps";
  return "others";
}

void print_memory(store::RedisClient& redis, std::size_t subscribers, std::uint64_t before) {
  const std::uint64_t used = used_memory(redis) - before;
  std::map<std::string, std::uint64_t> parts;
  std::vector<store::Args> commands;
  std::vector<std::string> keys;
  for (const store::Reply& key : must(redis.command({"KEYS", "*"})).items) {
    commands.push_back({"MEMORY", "USAGE", key.text, "SAMPLES", "0"});
    keys.push_back(key.text);
  }
  const auto sizes = must(redis.pipeline(commands));
  for (std::size_t i = 0; i < keys.size(); ++i) parts[part_of(keys[i])] += static_cast<std::uint64_t>(sizes[i].integer);
  std::printf(R"({"bench":"segments","what":"memory","subscribers":%zu,"values_set":%zu,"used_mb":%.1f)", subscribers,
              kValuesSet, static_cast<double>(used) / 1e6);
  for (const auto& [part, bytes] : parts) {
    std::printf(R"(,"%s_mb":%.1f)", part.c_str(), static_cast<double>(bytes) / 1e6);
  }
  std::printf(R"(,"mb_a_million":%.1f})"
              "\n",
              static_cast<double>(used) / static_cast<double>(subscribers));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  keep_freed_memory();  // as the gateway does
  std::size_t rounds = 100, import_up_to = 1'000'000;
  std::vector<std::size_t> sizes;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if ((option == "--rounds" || option == "--import") && i + 1 < argc) {
      (option == "--rounds" ? rounds : import_up_to) = std::strtoul(argv[++i], nullptr, 10);
    } else {
      sizes.push_back(std::strtoul(argv[i], nullptr, 10));
    }
  }
  if (sizes.empty()) sizes = {10'000, 100'000, 1'000'000, 4'000'000};
  const store::AttributeSchema schema = kairan::test::segment_schema();
  const Sealer sealer{Secret(std::string(Sealer::kKeyBytes, 'k'))};
  kairan::test::TestRedis redis;
  store::Subscribers subscribers(redis.client(), sealer, kPartitions);
  broadcasts::SegmentReader reader(subscribers, nullptr);
  std::vector<std::string> names;
  for (const Case& one : kCases) {
    const broadcasts::SegmentQuery query = must(broadcasts::parse_segment(one.rules, schema)).on(kToday);
    for (const std::string& name : query.bitmaps()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  std::map<std::string, std::pair<std::size_t, double>> smallest;  // by case: size and p50
  for (const std::size_t size : sizes) {
    redis.flush();
    const std::uint64_t before = used_memory(redis.client());
    const bool whole = size <= import_up_to;
    if (whole) {
      const double seconds = import(redis.client(), sealer, schema, size);
      std::printf(R"({"bench":"segments","what":"import","subscribers":%zu,"seconds":%.2f,"per_second":%.0f})"
                  "\n",
                  size, seconds, static_cast<double>(size) / seconds);
      std::fflush(stdout);
    }
    fill(redis.client(), size, names);
    if (whole) print_memory(redis.client(), size, before);
    for (const Case& one : kCases) {
      const broadcasts::Segment segment = must(broadcasts::parse_segment(one.rules, schema));
      std::vector<double> took;
      std::uint64_t count = 0;
      double own_cpu = 0, redis_cpu = 0;
      for (std::size_t round = 0; round < rounds + 3; ++round) {
        if (round == 3) {
          own_cpu = own_cpu_ms();
          redis_cpu = redis_cpu_ms(redis.client());
        }
        const auto start = SteadyClock::now();
        count = must(reader.count(segment, kToday));
        const std::chrono::duration<double, std::milli> ms = SteadyClock::now() - start;
        if (round >= 3) took.push_back(ms.count());
      }
      own_cpu = (own_cpu_ms() - own_cpu) / static_cast<double>(rounds);
      redis_cpu = (redis_cpu_ms(redis.client()) - redis_cpu) / static_cast<double>(rounds);
      std::sort(took.begin(), took.end());
      const double p50 = took[took.size() / 2];
      const auto& first = smallest.try_emplace(one.name, size, p50).first->second;
      std::printf(
          R"({"bench":"segments","what":"count","segment":"%s","subscribers":%zu,"bitmaps":%zu,"selected":%llu,)"
          R"("p50_ms":%.3f,"p99_ms":%.3f,"own_cpu_ms":%.2f,"redis_cpu_ms":%.2f,"times_the_people":%.0f,"times_the_p50":%.1f})"
          "\n",
          one.name, size, segment.on(kToday).bitmaps().size(), static_cast<unsigned long long>(count), p50,
          took[took.size() * 99 / 100], own_cpu, redis_cpu,
          static_cast<double>(size) / static_cast<double>(first.first), p50 / first.second);
      std::fflush(stdout);
    }
  }
  return 0;
}
