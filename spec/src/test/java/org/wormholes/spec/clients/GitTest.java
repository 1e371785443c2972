package org.wormholes.spec.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.spec.lab.Command;
import org.wormholes.spec.lab.KnownBytes;
import org.wormholes.spec.lab.Laboratory;
import org.wormholes.spec.lab.Tools;

/// git, cloning over HTTP (its plain-files protocol, which any web server can serve).
@ExtendWith(Laboratory.Extension.class)
final class GitTest {
  private static final String FILE = "noise";

  @ParameterizedTest
  @ValueSource(strings = {"socks5h", "socks4a", "http"})
  void clonesARepository(String scheme, Laboratory lab, @TempDir Path folder) throws IOException {
    String served = scheme + "-origin.git";
    makeRepository(folder, lab.files().resolve(served));

    git(folder, "-c", "http.proxy=" + scheme + "://127.0.0.1:" + lab.socksPort())
        .with("clone", "--quiet", lab.pages().url(lab.freshName(), "/files/" + served), "copy")
        .run()
        .good();

    assertThat(folder.resolve("copy").resolve(FILE))
        .hasSameBinaryContentAs(folder.resolve("work").resolve(FILE));
  }

  private static void makeRepository(Path folder, Path served) throws IOException {
    Path work = Files.createDirectory(folder.resolve("work"));
    try (OutputStream out = Files.newOutputStream(work.resolve(FILE))) {
      KnownBytes.write(3 << 20, out);
    }
    git(work, "init", "--quiet", "--initial-branch=main").run().good();
    git(work, "add", FILE).run().good();
    git(work, "-c", "user.name=test", "-c", "user.email=test@invalid", "commit", "-qm", "noise")
        .run()
        .good();
    git(folder, "clone", "--quiet", "--bare", "work", served.toString()).run().good();
    git(served, "update-server-info").run().good();
  }

  private static Command git(Path folder, String... words) {
    return Command.of(Tools.need("git", "git"))
        .with(words)
        .in(folder)
        .set("GIT_CONFIG_GLOBAL", "/dev/null")
        .set("GIT_CONFIG_SYSTEM", "/dev/null")
        .set("GIT_TERMINAL_PROMPT", "0");
  }
}
