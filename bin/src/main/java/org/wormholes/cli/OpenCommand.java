package org.wormholes.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `wormholes open`.
@Command(
    name = "open",
    mixinStandardHelpOptions = true,
    description = {
      "Join standard input and output to a stream through the engine.",
      "Use it to talk to a published service, or as ProxyCommand of ssh."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the other side ended the stream",
      "2:not a destination",
      "4:no engine answers",
      "6:it could not be reached, or the stream was cut"
    })
final class OpenCommand implements Callable<Integer> {
  private static final int STEP = 64 * 1024;

  @Mixin private EngineOption engine;
  @Mixin private ThroughOption through;

  @Parameters(
      paramLabel = "DESTINATION",
      description = "wormhole://ADDRESS[:PORT] of a service, or HOST:PORT.")
  private String destination;

  private final InputStream in = new FileInputStream(FileDescriptor.in);
  private final OutputStream out = new FileOutputStream(FileDescriptor.out);

  @Override
  public Integer call() {
    Destination to = Destination.of(destination);
    try (EngineStream stream = EngineStream.open(engine, to, through.name())) {
      Thread.ofPlatform().daemon().name("wormholes-input").start(() -> send(stream));
      receive(stream);
      return ExitCode.OK;
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.REFUSED, "the stream was cut");
    }
  }

  private void send(EngineStream stream) {
    byte[] step = new byte[STEP];
    try {
      for (int n = in.read(step); n >= 0; n = in.read(step)) {
        stream.write(ByteBuffer.wrap(step, 0, n));
      }
      stream.finish();
    } catch (IOException e) {
      // Whoever reads the stream hears that it is over.
    }
  }

  private void receive(EngineStream stream) throws IOException {
    ByteBuffer step = ByteBuffer.allocate(STEP);
    while (stream.read(step.clear()) >= 0) {
      out.write(step.array(), 0, step.position());
      out.flush();
    }
  }
}
