#include "gateway/emergency/people_snapshot.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include "intents/settings_dialogue.h"
#include "store/attribute_names.h"
#include "store/backup_file.h"

namespace kairan::gateway {
namespace {

constexpr std::string_view kHead = "KAIRAN-PEOPLE 1\n";
constexpr std::size_t kSnapshotMaxBytes = std::size_t{512} << 20;

std::vector<std::string> values_of(const store::AttributeSchema& schema, std::string_view attribute) {
  std::vector<std::string> ids;
  if (const store::Attribute* const found = schema.find(attribute)) {
    ids.reserve(found->values.size());
    for (const store::AttributeValue& value : found->values) ids.push_back(value.id);
  }
  return ids;
}

/// A line for each follower of one partition: address TAB language TAB district,district.
Status write_partition(store::Subscribers& subscribers, const store::PartitionBits& bits,
                       const std::vector<std::string>& languages, const std::vector<std::string>& districts,
                       store::BackupWriter& file, std::uint64_t& count) {
  std::vector<std::uint32_t> ordinals;
  bits.bitmaps.front().for_each([&](std::size_t ordinal) {
    ordinals.push_back(static_cast<std::uint32_t>(ordinal));
    return true;
  });
  if (ordinals.empty()) return {};
  const auto addresses = subscribers.addresses(bits.partition, ordinals);
  if (!addresses) return addresses.error();
  std::string lines;
  for (std::size_t i = 0; i < ordinals.size(); ++i) {
    const std::string& address = (*addresses)[i];
    if (address.empty()) continue;
    std::string language = "ja", theirs;
    for (std::size_t l = 0; l < languages.size(); ++l) {
      if (bits.bitmaps[1 + l].test(ordinals[i])) language = languages[l];
    }
    for (std::size_t d = 0; d < districts.size(); ++d) {
      if (bits.bitmaps[1 + languages.size() + d].test(ordinals[i]))
        theirs += (theirs.empty() ? "" : ",") + districts[d];
    }
    lines += address;
    lines += '\t';
    lines += language;
    lines += '\t';
    lines += theirs;
    lines += '\n';
    ++count;
  }
  return file.write(lines);
}

std::vector<std::string> split_at(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(at), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace

Result<std::uint64_t> write_people_snapshot(store::Subscribers& subscribers, const store::AttributeSchema& schema,
                                            const Sealer& sealer, const std::string& installation, TimePoint now,
                                            const std::string& path) {
  const std::vector<std::string> languages = values_of(schema, intents::kLanguageAttribute);
  const std::vector<std::string> districts = values_of(schema, store::kDistrictAttribute);
  std::vector<std::string> names{std::string(store::Subscribers::kFollowers)};
  for (const std::string& id : languages) names.push_back(store::value_bitmap(intents::kLanguageAttribute, id));
  for (const std::string& id : districts) names.push_back(store::value_bitmap(store::kDistrictAttribute, id));

  std::error_code failure;
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, failure);
  store::BackupHeader header;
  header.installation = installation;
  header.created = now;
  auto file = store::BackupWriter::create(path, sealer, header);
  if (!file) return file.error();
  if (const Status written = (*file)->write(kHead); !written) return written.error();
  std::uint64_t count = 0;
  for (store::Partition p = 0; p < subscribers.partitions(); ++p) {
    const std::vector<store::Partition> one{p};
    const auto bits = subscribers.read_bitmaps(one, names);
    if (!bits) return bits.error();
    for (const store::PartitionBits& partition : *bits) {
      const Status written = write_partition(subscribers, partition, languages, districts, **file, count);
      if (!written) return written.error();
    }
  }
  if (const Status finished = (*file)->finish(); !finished) return finished.error();
  return count;
}

Result<PeopleSnapshot> read_people_snapshot(const std::string& path, const Sealer& sealer) {
  std::string plain;
  const auto header = store::read_backup(path, sealer, [&plain](std::string_view piece) -> Status {
    if (plain.size() + piece.size() > kSnapshotMaxBytes)
      return Error{ErrorCode::kTooLarge, "the snapshot is too large"};
    plain.append(piece);
    return {};
  });
  if (!header) return header.error();
  if (plain.compare(0, kHead.size(), kHead) != 0)
    return Error{ErrorCode::kSyntax, "this is a backup, not a snapshot of addresses"};
  PeopleSnapshot snapshot;
  snapshot.installation = header->installation;
  snapshot.created = header->created;
  std::string_view rest = std::string_view(plain).substr(kHead.size());
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return Error{ErrorCode::kCorrupt, "the snapshot's last line is cut off"};
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    const std::size_t first = line.find('\t');
    const std::size_t second = first == std::string_view::npos ? first : line.find('\t', first + 1);
    if (second == std::string_view::npos) return Error{ErrorCode::kCorrupt, "a line of the snapshot cannot be read"};
    snapshot.people.push_back({std::string(line.substr(0, first)),
                               std::string(line.substr(first + 1, second - first - 1)),
                               split_at(line.substr(second + 1), ',')});
  }
  return snapshot;
}

std::string age_ja(std::chrono::milliseconds age) {
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(age).count();
  return hours < 48 ? std::to_string(std::max<std::int64_t>(hours, 0)) + "時間前" : std::to_string(hours / 24) + "日前";
}

std::string snapshot_doubt(TimePoint created, TimePoint now) {
  constexpr std::chrono::minutes kClocksDiffer{10};
  if (created > now + kClocksDiffer)
    return "この控えは未来の時刻のものです。この機械か、控えを作った機械の時計が違っています。";
  if (now - created <= kSnapshotFresh) return {};
  return "この控えは" + age_ja(std::chrono::duration_cast<std::chrono::milliseconds>(now - created)) +
         "のものです。その後に友だちになった人には届きません。";
}

}  // namespace kairan::gateway
