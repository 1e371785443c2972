package org.wormholes.dsl.sandbox;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Options;

/// A reply is read or refused, whatever it holds.
class ReplyFuzzTest {
  private static final byte[] GOOD =
      Reply.encode(
          Compiler.compile(
              "good.rb",
              """
              ruleset "good" do
                network "n" do
                  open_to :anyone
                end
                tunnel "t", over: "n" do
                  entry { socks }
                  relay 3
                end
              end
              """,
              Options.defaults()));

  @FuzzTest(maxDuration = "1m")
  void returnsOrRefuses(byte[] bytes) {
    tried(bytes);
    byte[] changed = GOOD.clone();
    for (int i = 0; i + 1 < bytes.length; i += 2) {
      changed[((bytes[i] & 0xff) * 251 + i) % changed.length] = bytes[i + 1];
    }
    tried(changed);
  }

  @Test
  void everyCutAndEveryBitIsSurvived() {
    for (int length = 0; length < GOOD.length; length++) {
      tried(java.util.Arrays.copyOf(GOOD, length));
    }
    for (int bit = 0; bit < GOOD.length * 8; bit++) {
      byte[] changed = GOOD.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      tried(changed);
    }
  }

  private static void tried(byte[] bytes) {
    try {
      Compilation compilation = Reply.decode(ByteBuffer.wrap(bytes));
      if (compilation.succeeded()
          == compilation.problems().stream().anyMatch(each -> each.isError())) {
        throw new AssertionError("rules and errors exclude each other");
      }
    } catch (MalformedReplyException e) {
      // Refused.
    }
  }
}
