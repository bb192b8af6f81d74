// openapi_check RECORDING.jsonl: holds recorded requests, one {"method","path","body"} a line (body as text or as JSON),
// to LINE's OpenAPI documents. Prints the invalid ones; exit 1 if there are any, 2 when it cannot read, and 0 with
// "skipped: ..." where the documents are absent.
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/contract/openapi_validator.h"
#include "tests/contract/shared_folder.h"

namespace {

std::string body_of(const nlohmann::json& line) {
  const auto it = line.find("body");
  if (it == line.end() || it->is_null()) return "";
  return it->is_string() ? it->get<std::string>() : it->dump();
}

/// Against the document that knows the operation; the first one says that none does.
std::vector<std::string> check(const std::vector<kairan::test::OpenApiValidator>& documents, const nlohmann::json& line) {
  const std::string method = line.at("method");
  const std::string path = line.at("path");
  for (const auto& document : documents) {
    if (document.knows(method, path)) return document.check_request(method, path, body_of(line));
  }
  return documents.front().check_request(method, path, body_of(line));
}

int run(const std::string& folder, const std::string& recording) {
  std::vector<kairan::test::OpenApiValidator> documents;
  for (const char* name : {"messaging-api.yml", "channel-access-token.yml"}) documents.emplace_back(folder + name);
  std::ifstream in(recording);
  if (!in) {
    std::cerr << "cannot read " << recording << '\n';
    return 2;
  }
  std::size_t number = 0;
  std::size_t checked = 0;
  std::size_t invalid = 0;
  for (std::string text; std::getline(in, text);) {
    ++number;
    if (text.empty()) continue;
    ++checked;
    const auto line = nlohmann::json::parse(text);
    const auto errors = check(documents, line);
    if (errors.empty()) continue;
    ++invalid;
    std::cout << "line " << number << ": " << line.at("method").get<std::string>() << ' '
              << line.at("path").get<std::string>() << '\n';
    for (const auto& error : errors) std::cout << "  " << error << '\n';
  }
  std::cout << checked << " requests, " << invalid << " invalid\n";
  return invalid == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: openapi_check RECORDING.jsonl\n";
    return 2;
  }
  const std::string shared = kairan::test::shared_folder();
  if (shared.empty()) {
    std::cout << "skipped: no folder with LINE's OpenAPI documents\n";
    return 0;
  }
  try {
    return run(shared + "/reference/line-openapi/", argv[1]);
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << '\n';
    return 2;
  }
}
