package org.wormholes.dsl;

import com.code_intelligence.jazzer.junit.FuzzTest;

/// Scripts chosen by coverage: compiling them ends in rules or in problems.
class CompilerBytesFuzzTest {
  @FuzzTest(maxDuration = "60s")
  void anyBytesEndInRulesOrProblems(byte[] data) {
    CompilerFuzzTest.check(data, "fuzzed");
  }
}
