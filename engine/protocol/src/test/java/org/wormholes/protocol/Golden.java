package org.wormholes.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.wormholes.protocol.crypto.Hash;

/// Our own vectors. A test makes them anew and compares with the file in `spec/vectors`; with
/// `-Dgolden.folder=FOLDER` it writes them there instead, for a change that is meant.
public final class Golden {
  private Golden() {}

  public static void check(String file, Map<String, Object> made) {
    String folder = System.getProperty("golden.folder");
    try {
      if (folder != null) {
        Files.writeString(
            Path.of(folder, file),
            JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(made) + "\n");
        return;
      }
      Object again = JSON.std.anyFrom(JSON.std.asString(made));
      assertThat(again).as(file).isEqualTo(Vectors.read(file).fields());
    } catch (IOException e) {
      throw new UncheckedIOException(file, e);
    }
  }

  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  public static String digest(byte[] bytes) {
    return hex(Hash.sha256(bytes));
  }
}
