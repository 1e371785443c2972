package org.wormholes.rulesets.gem;

import com.code_intelligence.jazzer.junit.FuzzTest;

/// Bytes chosen by coverage end in a gem or in a reason, whether they are a gem, the data in one or
/// what it says of itself.
class GemReaderFuzzTest {
  @FuzzTest(maxDuration = "30s")
  void anyBytesEndInAGemOrAReason(byte[] data) {
    GemReader reader = new GemReader(TestGems.CHECK);
    refuse(() -> reader.read(data));
    refuse(() -> reader.read(RawGem.sound().bytes(GemArchive.zipped(data))));
    refuse(() -> GemMetadata.read(YamlReader.read("it", data)));
    refuse(() -> Lock.read(data));
  }

  private interface Reading {
    void run() throws GemRefusedException;
  }

  private static void refuse(Reading reading) {
    try {
      reading.run();
    } catch (GemRefusedException e) {
      if (e.reason().isEmpty()) {
        throw new IllegalStateException("refused without a reason", e);
      }
    }
  }
}
