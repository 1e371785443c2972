package org.wormholes.runtime.control;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/// The part of the control API that is about rings. A network that is not named is the only one
/// there is.
public final class RingApi {
  /// Answer of rings.
  public record RingList(List<RingView> rings) {}

  /// What becomes of this node's place on a ring.
  public enum Action {
    CREATE,
    JOIN,
    LEAVE
  }

  /// Body of rings.
  ///
  /// @param through the address of a member to join through
  public record RingRequest(Optional<String> network, Action action, Optional<String> through) {}

  /// Body of lookups.
  ///
  /// @param key an id of 64 hexadecimal digits, the address of a node, or any text
  public record LookupRequest(Optional<String> network, String key) {}

  /// Body of pings.
  ///
  /// @param node the address of a member
  public record PingRequest(Optional<String> network, String node) {}

  /// Body of casts.
  public record CastRequest(Optional<String> network, String text) {}

  private final RingControl rings;

  RingApi(RingControl rings) {
    this.rings = rings;
  }

  private static <T> T await(CompletionStage<T> stage) throws Refusal {
    try {
      return stage.toCompletableFuture().get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException) {
        throw new Refusal(409, "ring", String.valueOf(cause.getMessage()));
      }
      if (cause instanceof TimeoutException) {
        throw new Refusal(409, "ring", "no member answered in time");
      }
      throw new IllegalStateException(cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal(409, "stopping", "the engine is stopping");
    }
  }

  /// @param target with `?of=` and a network, or without
  RingList list(String target) throws Refusal {
    int query = target.indexOf("?of=");
    if (query < 0) {
      return new RingList(rings.rings());
    }
    String network;
    try {
      network = URLDecoder.decode(target.substring(query + 4), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, "bad-request", String.valueOf(e.getMessage()));
    }
    return new RingList(List.of(await(rings.view(Optional.of(network)))));
  }

  RingView act(RingRequest request) throws Refusal {
    return await(
        switch (request.action()) {
          case CREATE -> rings.create(request.network());
          case JOIN -> rings.join(request.network(), request.through());
          case LEAVE -> rings.leave(request.network());
        });
  }

  RingLookupView lookup(LookupRequest request) throws Refusal {
    return await(rings.lookup(request.network(), request.key()));
  }

  RingPingView ping(PingRequest request) throws Refusal {
    return await(rings.ping(request.network(), request.node()));
  }

  RingCastView cast(CastRequest request) throws Refusal {
    return await(rings.cast(request.network(), request.text()));
  }
}
