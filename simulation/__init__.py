"""What plays the world around the services: phones, customers, a demo, chaos runs, benchmarks."""
