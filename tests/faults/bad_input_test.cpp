#include "tests/harness/catch.hpp"
