"""boto3, botocore and awscrt, and nothing of the rest of the program."""
