"""The function that a serverless platform calls for each new object: events in, documents and rows out."""
