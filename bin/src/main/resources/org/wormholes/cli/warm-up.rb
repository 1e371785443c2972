# frozen_string_literal: true

# Compiled once to train the start-up cache; uses most kinds of words.
tunnel "web" do
  entry { socks port: 1080 }
  relay(3) { only { latency < 80.ms && country != "KP" } }
  exit { allow { port == 443 || port.in?([80, 8080]) } }
end
