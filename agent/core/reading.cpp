// SPDX-License-Identifier: Apache-2.0
// Names of qualities and passages.
#include "agent/core/reading.hpp"

namespace kuzet {

std::string_view name(Quality quality) {
  switch (quality) {
    case Quality::good: return "good";
    case Quality::uncertain: return "uncertain";
    case Quality::bad: return "bad";
  }
  return "bad";
}

std::string_view name(Passage::What what) {
  switch (what) {
    case Passage::What::entry: return "entry";
    case Passage::What::exit: return "exit";
    case Passage::What::meal: return "meal";
  }
  return "entry";
}

}  // namespace kuzet
