# From anywhere to the machines at home, through a node at home that is the exit. Exits refuse private
# addresses unless a ruleset names them: this one names a single range, and two ports in it.
CAMERAS = (21..24).map { |n| "10.20.0.#{n}" }

ruleset "home-network", version: "2.1" do
  network "home" do
    open_to :invited
  end

  tunnel "home", over: "home" do
    entry do
      forward port: 8445, to: "10.20.0.2:443"
      CAMERAS.each_with_index { |camera, i| forward port: 9000 + i, to: "#{camera}:554" }
    end
    relay 2 do
      only { friend? }
    end
    exit do
      allow { address.in?("10.20.0.0/24") && port.in?([443, 554]) }
    end
    isolate by: []
    carry :quic, :tls
  end

  expect { flow("10.20.0.21:554").uses "home" }
end
