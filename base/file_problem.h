// One thing that is wrong in a file that somebody outside made: where it is and what to write instead. Values only.
#pragma once

#include <string>

namespace kairan {

struct FileProblem {
  std::string file;
  int row = 0;           ///< from 1, the header being row 1; 0 = the whole file
  std::string column;    ///< may be empty
  std::string message;   ///< Japanese: what is wrong and what to write instead
  bool warning = false;  ///< does not stop publishing
};

}  // namespace kairan
