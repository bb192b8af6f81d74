// A development-only validator: holds recorded requests to an OpenAPI 3.0 document. It knows what LINE's documents use:
// $ref, allOf, oneOf, anyOf, discriminator with mapping, required, type, nullable, enum, minimum, maximum, lengths, item
// counts, pattern, format uri. It is stricter than the format in one thing: a property that no part of a schema names
// is an error, because in our own requests it is a slip of the pen.
// Threads: one at a time.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace kairan::test {

class OpenApiValidator {
 public:
  /// Reads the document. Throws std::runtime_error when it cannot: this is a test tool.
  explicit OpenApiValidator(const std::string& yaml_path);

  /// Whether the document has this operation.
  bool knows(const std::string& method, const std::string& path) const { return operation(method, path) != nullptr; }
  /// Holds a request's body to its operation. Only JSON bodies are read; a form is taken as it is.
  /// @param path  as sent, with or without query
  /// @param body  JSON text; empty for none
  /// @return what is wrong, each with its place; empty when valid
  std::vector<std::string> check_request(const std::string& method, const std::string& path, const std::string& body) const;
  /// Holds an answer's JSON body to its operation and status.
  std::vector<std::string> check_response(const std::string& method, const std::string& path, int status,
                                          const std::string& body) const;
  /// Holds a value to components/schemas/NAME.
  std::vector<std::string> check_schema(const std::string& name, const nlohmann::json& value) const;

 private:
  struct Run;
  const nlohmann::json* operation(const std::string& method, const std::string& path) const;
  std::vector<std::string> check_body(const nlohmann::json& content, const std::string& body) const;

  nlohmann::json document_;
};

}  // namespace kairan::test
